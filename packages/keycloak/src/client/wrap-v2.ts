import { type MakeCall, type Method } from "./method.js";

/** The options that the v2 client's own retry goes by, as a request may bring them. */
const noRetries = { getKey: () => "RetryHandlerOptionKey", maxRetries: 0 } as const;

const senders = new Set(["get", "post", "put", "patch", "delete"]);

/**
 * The builder of the v2 API with every request in a call of its own. The builder is made of proxies without private fields, so this
 * is one around it.
 */
export function wrapV2(builder: object, path: string, makeCall: MakeCall, sdkRetries: boolean): object {
  return new Proxy(builder, {
    get(target, property): unknown {
      const value: unknown = Reflect.get(target, property);
      if (typeof value !== "function" || typeof property !== "string") return value;
      const method: Method = (...args) => Reflect.apply(value, target, args) as unknown;
      if (senders.has(property)) {
        return (...args: unknown[]) =>
          makeCall({ operation: `${path}.${property}`, args }, () =>
            method(...(sdkRetries ? args : withoutRetries(property, args))),
          );
      }
      if (property === "byId")
        return (...args: unknown[]) => wrapV2(method(...args) as object, `${path}.byId`, makeCall, sdkRetries);
      if (property === "withUrl")
        return (...args: unknown[]) => wrapV2(method(...args) as object, path, makeCall, sdkRetries);
      return method;
    },
  });
}

/** The arguments with the request's own retry switched off; ours takes its place. */
function withoutRetries(property: string, args: readonly unknown[]): unknown[] {
  const hasBody = property !== "get" && property !== "delete";
  const body = hasBody ? args.slice(0, 1) : [];
  const given = (args[hasBody ? 1 : 0] ?? {}) as { readonly options?: readonly unknown[] };
  return [...body, { ...given, options: [...(given.options ?? []), noRetries] }];
}
