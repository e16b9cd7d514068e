import type { RequesterType } from "@gitbeaker/requester-utils";
import type { Caller } from "@sluice/core";

/** The method of a resource that is being called. */
export interface MethodCall {
  /** As users write it: `Projects.all`. */
  readonly operation: string;
  readonly args: readonly unknown[];
  /** On whose behalf, where the client says so. */
  readonly caller: Caller | undefined;
}

/** What came by no method: somebody used a `requester` directly. */
export const direct = "other";

/** One resource of the SDK's client, as far as we look into it. */
interface Resource {
  readonly requester: RequesterType;
}

type Method = (this: Resource, ...args: unknown[]) => unknown;

/** From a requester of ours to the same requester that knows which method it works for. */
const inMethods = new WeakMap<RequesterType, (method: MethodCall) => RequesterType>();

/** A requester for the wrapped methods, and for whoever uses it without one. */
export function serveMethods(inMethod: (method: MethodCall) => RequesterType): RequesterType {
  const requester = inMethod({ operation: direct, args: [], caller: undefined });
  inMethods.set(requester, inMethod);
  return requester;
}

/** A view of a resource, or of a client, whose requests are made on behalf of a caller; it shares everything else. */
export function onBehalfOf<Owner extends Resource>(owner: Owner, caller: Caller): Owner {
  const inMethod = inMethods.get(owner.requester);
  const requester =
    inMethod === undefined
      ? owner.requester
      : serveMethods((method) => inMethod({ ...method, caller: { ...caller, ...method.caller } }));
  return viewOf(owner, requester) as Owner;
}

/** The resources of a client with their names. */
export function resourcesOf(client: object): [string, Resource][] {
  return Object.entries(client).filter(
    (entry): entry is [string, Resource] =>
      typeof entry[1] === "object" && entry[1] !== null && Object.hasOwn(entry[1], "requester"),
  );
}

/** The names of a resource's methods, those it inherits included. */
export function methodsOf(resource: object): string[] {
  const found = new Set<string>();
  for (let owner = prototypeOf(resource); owner !== Object.prototype && owner !== null; owner = prototypeOf(owner)) {
    for (const [name, property] of Object.entries(Object.getOwnPropertyDescriptors(owner)))
      if (name !== "constructor" && typeof property.value === "function") found.add(name);
  }
  return [...found];
}

/** Wraps the methods of all resources of a client. Own properties, classes and types of the resources stay as they are. */
export function wrapMethods(client: object): void {
  for (const [name, resource] of resourcesOf(client)) {
    const original = prototypeOf(resource);
    if (original === null) continue;
    let wrapped = prototypes.get(original);
    if (wrapped === undefined) prototypes.set(original, (wrapped = wrappedPrototype(name, original, resource)));
    Object.setPrototypeOf(resource, wrapped);
  }
}

/** One for each class of resources, whatever the number of clients. */
const prototypes = new WeakMap<object, object>();

function wrappedPrototype(resourceName: string, original: object, resource: object): object {
  const wrapped = Object.create(original) as object;
  for (const name of methodsOf(resource)) {
    const value = wrapMethod(`${resourceName}.${name}`, Reflect.get(original, name) as Method);
    Object.defineProperty(value, "name", { value: name, configurable: true });
    Object.defineProperty(wrapped, name, { value, writable: true, configurable: true, enumerable: false });
  }
  return wrapped;
}

function wrapMethod(operation: string, method: Method): Method {
  return function (this: Resource, ...args) {
    const inMethod = inMethods.get(this?.requester);
    // A method that another method of the resource calls: its requester knows already.
    if (inMethod === undefined) return method.apply(this, args);
    return method.apply(viewOf(this, inMethod({ operation, args, caller: undefined })), args);
  };
}

/** The same object with another requester. */
function viewOf(owner: Resource, requester: RequesterType): Resource {
  return Object.assign(Object.create(prototypeOf(owner)) as Resource, owner, { requester });
}

function prototypeOf(value: object): object | null {
  return Object.getPrototypeOf(value) as object | null;
}
