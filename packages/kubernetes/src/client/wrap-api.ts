import { type HttpLibrary, Observable } from "@kubernetes/client-node";
import { callingMethods, isComposite, operationOf, verbOf } from "../operations/operation.js";

/** Any method of the SDK. */
type Method = (...args: unknown[]) => unknown;

/** A method that is about to run. */
export interface MethodCall {
  readonly operation: string;
  readonly verb: string;
  readonly composite: boolean;
  readonly args: readonly unknown[];
}

/** Runs a method of the SDK as a call. */
export type MakeCall = (owner: object, method: MethodCall, invoke: () => unknown) => Promise<unknown>;

/**
 * Puts every method that calls the API into a call of its own name, in place: the client stays the SDK's own class with its type.
 */
export function wrapApi(api: object, makeCall: MakeCall, throughChain: (library: HttpLibrary) => HttpLibrary): void {
  const prototype = Object.getPrototypeOf(api) as object;
  const composite = isComposite(prototype);
  const observable = (prototype as { constructor: { name: string } }).constructor.name.startsWith("Observable");
  for (const name of callingMethods(prototype)) {
    const method = Reflect.get(api, name) as Method;
    const [operation, verb] = [operationOf(prototype, name), verbOf(name)];
    const value: Method = (...given) => {
      const args = composite ? given : withOwnOptions(given, throughChain);
      const invoke = (): unknown => settled(Reflect.apply(method, api, args));
      const result = makeCall(api, { operation, verb, composite, args: given }, invoke);
      return observable ? new Observable(result) : result;
    };
    Object.defineProperty(api, name, { value, writable: true, configurable: true, enumerable: false });
  }
}

/** The SDK has three variants of each class; those with observables answer with one. */
function settled(result: unknown): unknown {
  return result instanceof Observable ? result.toPromise() : result;
}

/**
 * The options of one call stand last. A library of its own passes the chain too, and the list of middleware is copied, since the SDK
 * turns it around in place.
 */
function withOwnOptions(args: readonly unknown[], throughChain: (library: HttpLibrary) => HttpLibrary): unknown[] {
  const last: unknown = args.at(-1);
  if (args.length < 2 || typeof last !== "object" || last === null) return [...args];
  const { httpApi, middleware } = last as { readonly httpApi?: unknown; readonly middleware?: unknown };
  const own = {
    ...(isLibrary(httpApi) ? { httpApi: throughChain(httpApi) } : {}),
    ...(Array.isArray(middleware) ? { middleware: [...(middleware as unknown[])] } : {}),
  };
  return Object.keys(own).length === 0 ? [...args] : [...args.slice(0, -1), { ...last, ...own }];
}

function isLibrary(value: unknown): value is HttpLibrary {
  return typeof (value as Partial<HttpLibrary> | null | undefined)?.send === "function";
}
