const mask = "[secret]";
const DEEPEST = 6;

/**
 * A shorter secret is taken out only where it stands by itself: `admin` is the password of many a test, and begins the names of many things.
 * Unit: characters.
 */
const SHORTEST = 8;

/**
 * Takes the given secrets out of an error, wherever it carries them: message, stack, cause, and the fields that SDKs add.
 * Changes the error in place, since its identity and class matter to callers; returns it. Frozen data inside is replaced by
 * a clean copy; a frozen error cannot be changed and stays as it is.
 *
 * @param untouched - what is handed on as it is, such as the reason of the caller's own abort.
 */
export function scrubSecrets<Value>(value: Value, secrets: readonly string[], untouched?: unknown): Value {
  const real = longestFirst(secrets);
  if (real.length === 0) return value;
  const seen = new Map<object, object>();
  if (typeof untouched === "object" && untouched !== null) seen.set(untouched, untouched);
  return scrub(value, real, seen, 0) as Value;
}

/** The text without the secrets. */
export function scrubText(text: string, secrets: readonly string[]): string {
  return mend(text, longestFirst(secrets));
}

/** One secret may begin another; the shorter one first would leave the other's end standing. */
function longestFirst(secrets: readonly string[]): string[] {
  return [...new Set(secrets)].filter((secret) => secret !== "").toSorted((one, other) => other.length - one.length);
}

/** All of them in one pass, since the mask may itself contain one. Each looks through the text once. */
function mend(text: string, secrets: readonly string[]): string {
  const next = secrets.map((secret) => indexIn(text, secret, 0));
  let clean = "";
  let from = 0;
  for (;;) {
    let first = -1;
    for (const [which, at] of next.entries()) {
      if (at === -1) continue;
      const still = at < from ? (next[which] = indexIn(text, secrets[which] as string, from)) : at;
      if (still !== -1 && (first === -1 || still < (next[first] as number))) first = which;
    }
    if (first === -1) return from === 0 ? text : clean + text.slice(from);
    const at = next[first] as number;
    clean += text.slice(from, at) + mask;
    from = at + (secrets[first] as string).length;
  }
}

function indexIn(text: string, secret: string, from: number): number {
  let at = text.indexOf(secret, from);
  while (at !== -1 && secret.length < SHORTEST && !standsAlone(text, at, at + secret.length))
    at = text.indexOf(secret, at + 1);
  return at;
}

/** Whether it is no part of a word, a path or a name with dots or hyphens; a sentence may end behind it. */
function standsAlone(text: string, from: number, to: number): boolean {
  return !/[\w./-]/.test(text.charAt(from - 1)) && !/^(?:[\w/-]|\.\w)/.test(text.slice(to, to + 2));
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
