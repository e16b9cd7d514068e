const mask = "[secret]";
const DEEPEST = 6;

/**
 * Takes the given secrets out of an error, wherever it carries them: message, stack, cause, and the fields that SDKs add.
 * Changes the error in place, since its identity and class matter to callers; returns it.
 */
export function scrubSecrets<Value>(value: Value, secrets: readonly string[]): Value {
  const real = secrets.filter((secret) => secret.length > 0);
  return real.length === 0 ? value : (scrub(value, real, new Set(), 0) as Value);
}

/** The text without the secrets. */
export function scrubText(text: string, secrets: readonly string[]): string {
  return secrets.reduce((clean, secret) => (secret === "" ? clean : clean.replaceAll(secret, mask)), text);
}

function scrub(value: unknown, secrets: readonly string[], seen: Set<object>, depth: number): unknown {
  if (typeof value === "string") return scrubText(value, secrets);
  if (!isOurs(value) || seen.has(value) || depth > DEEPEST) return value;
  seen.add(value);
  if (value instanceof Error && typeof value.stack === "string") {
    // An own accessor on newer engines, so the walk over data properties below would miss it.
    const stack = scrubText(value.stack, secrets);
    if (stack !== value.stack) Object.defineProperty(value, "stack", { value: stack, writable: true, configurable: true, enumerable: false });
  }
  // Own property names, enumerable or not: message, stack and cause are hidden from Object.keys.
  for (const name of Object.getOwnPropertyNames(value)) {
    const property = Object.getOwnPropertyDescriptor(value, name);
    if (property === undefined || !("value" in property)) continue;
    const clean = scrub(property.value, secrets, seen, depth + 1);
    if (clean !== property.value) replace(value, name, property, clean);
  }
  return value;
}

/** Only what an error is made of; sockets, clients and streams that hang from one are live and must keep their secrets. */
function isOurs(value: unknown): value is object {
  if (typeof value !== "object" || value === null) return false;
  if (value instanceof Error || Array.isArray(value)) return true;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function replace(owner: object, name: string, property: PropertyDescriptor, clean: unknown): void {
  if (property.writable === true || property.configurable === true) Object.defineProperty(owner, name, { ...property, value: clean });
}
