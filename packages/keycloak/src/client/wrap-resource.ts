import { other } from "../operations/operation.js";
import { type MakeCall, type Method } from "./method.js";
import { wrapV2 } from "./wrap-v2.js";

/** Methods that send nothing themselves. */
const local = new Set(["constructor", "getOrgId", "isOrgGroups"]);

/**
 * Puts every method of a resource into a call of its own name, in place: the SDK keeps what it needs in private fields, which a proxy
 * around it could not reach.
 *
 * @param path - the name of the resource on the client: `users`.
 */
export function wrapResource(resource: object, path: string, makeCall: MakeCall, sdkRetries: boolean): void {
  const own = Object.keys(resource);
  const inherited = Object.getOwnPropertyNames(Object.getPrototypeOf(resource));
  for (const name of new Set([...own, ...inherited])) {
    const method: unknown = Reflect.get(resource, name);
    if (typeof method !== "function" || local.has(name)) continue;
    const original: Method = (...args) => Reflect.apply(method, resource, args) as unknown;
    const value = wrapped(`${path}.${name}`, name, original, makeCall, sdkRetries);
    Object.defineProperty(resource, name, {
      value,
      writable: true,
      configurable: true,
      enumerable: own.includes(name),
    });
  }
}

function wrapped(operation: string, name: string, original: Method, makeCall: MakeCall, sdkRetries: boolean): Method {
  switch (name) {
    case "makeRequest":
    case "makeUpdateRequest":
      return (...definition) => {
        const request = original(...definition) as Method;
        const { method } = (definition[0] ?? {}) as { readonly method?: string };
        return (...args: unknown[]) => makeCall({ operation: other, verb: method, args }, () => request(...args));
      };
    case "v2":
      return () => wrapV2(original() as object, operation, makeCall, sdkRetries);
    case "groups":
      return (...args) => {
        const groups = original(...args) as object;
        wrapResource(groups, operation, makeCall, sdkRetries);
        return groups;
      };
    default:
      return (...args) => makeCall({ operation, args }, () => original(...args));
  }
}

/** Whether a field of the client is one of its resources. */
export function isResource(value: unknown): value is object {
  return typeof value === "object" && value !== null && "makeRequest" in value;
}
