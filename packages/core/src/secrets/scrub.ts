const mask = "[secret]";
const DEEPEST = 6;

/**
 * Takes the given secrets out of an error, wherever it carries them: message, stack, cause, and the fields that SDKs add.
 * Changes the error in place, since its identity and class matter to callers; returns it. Frozen data inside is replaced by
 * a clean copy; a frozen error cannot be changed and stays as it is.
 */
export function scrubSecrets<Value>(value: Value, secrets: readonly string[]): Value {
  const real = longestFirst(secrets);
  return real.length === 0 ? value : (scrub(value, real, new Map(), 0) as Value);
}

/** The text without the secrets. */
export function scrubText(text: string, secrets: readonly string[]): string {
  return mend(text, longestFirst(secrets));
}

/** One secret may begin another; the shorter one first would leave the other's end standing. */
function longestFirst(secrets: readonly string[]): string[] {
  return secrets.filter((secret) => secret !== "").toSorted((one, other) => other.length - one.length);
}

function mend(text: string, secrets: readonly string[]): string {
  return secrets.reduce((clean, secret) => clean.replaceAll(secret, mask), text);
}

/** @param seen - what was met already, and what became of it. */
function scrub(value: unknown, secrets: readonly string[], seen: Map<object, object>, depth: number): unknown {
  if (typeof value === "string") return mend(value, secrets);
  if (!isOurs(value)) return value;
  const known = seen.get(value);
  if (known !== undefined || depth > DEEPEST) return known ?? value;
  const own = Object.isFrozen(value) && !(value instanceof Error) ? copyOf(value) : value;
  seen.set(value, own);
  if (own instanceof Error) scrubInherited(own, secrets);
  let changed = false;
  // Own keys, enumerable or not: message, stack and cause are hidden from Object.keys.
  for (const key of Reflect.ownKeys(own)) {
    const property = Object.getOwnPropertyDescriptor(own, key);
    if (property === undefined || !("value" in property)) continue;
    const clean = scrub(property.value, secrets, seen, depth + 1);
    if (clean === property.value) continue;
    changed = true;
    replace(own, key, property, clean);
  }
  return changed ? own : value;
}

/** Accessors, own or of the class, which the walk over data properties misses: `stack` on newer engines, a DOMException's message. */
function scrubInherited(error: Error, secrets: readonly string[]): void {
  for (const key of ["message", "stack"] as const) {
    const text: unknown = error[key];
    if (typeof text !== "string") continue;
    const clean = mend(text, secrets);
    const property = Object.getOwnPropertyDescriptor(error, key) ?? { configurable: Object.isExtensible(error) };
    if (clean !== text && property.configurable === true) {
      Object.defineProperty(error, key, { value: clean, writable: true, configurable: true, enumerable: false });
    }
  }
}

/** Only what an error is made of; sockets, clients and streams that hang from one are live and must keep their secrets. */
function isOurs(value: unknown): value is object {
  if (typeof value !== "object" || value === null) return false;
  if (value instanceof Error || Array.isArray(value)) return true;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function copyOf(value: object): object {
  return Array.isArray(value) ? [...(value as unknown[])] : { ...value };
}

function replace(owner: object, key: PropertyKey, property: PropertyDescriptor, clean: unknown): void {
  if (property.writable === true || property.configurable === true)
    Object.defineProperty(owner, key, { ...property, value: clean });
}
