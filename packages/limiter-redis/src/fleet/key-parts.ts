import type { Limit } from "@sluice/limiter";

/** What the name of a key says. */
export interface KeyParts {
  readonly scope: string;
  readonly kind: string;
  readonly name: string;
}

/** Undefined for what is no bucket. */
export function partsOfKey(key: string): KeyParts | undefined {
  const [, scope, kind, name] = /^[\w.-]+:\{([^{}]+)\}:([tlwfscx]):(.+)$/s.exec(key) ?? [];
  if (scope === undefined || kind === undefined || name === undefined) return undefined;
  return { scope, kind, name: decodePart(name) };
}

/** The name of a breaker, undefined for what is none. */
export function breakerOfKey(key: string): string | undefined {
  const name = /^[\w.-]+:\{breaker:([^{}]+)\}:circuit$/.exec(key)?.[1];
  return name === undefined ? undefined : decodePart(name);
}

/** The name of the process whose summary it is, undefined for what is none. */
export function processOfKey(key: string): string | undefined {
  return /^[\w.-]+:\{presence\}:([\w.-]{1,64})$/.exec(key)?.[1];
}

/** Undoes `encodePart`, where it can be undone: of a long text there is a digest alone. */
function decodePart(part: string): string {
  if (part === "%") return "";
  return part.replace(/%([0-9a-f]{4})/g, (_, unit: string) => String.fromCharCode(Number.parseInt(unit, 16)));
}

/** By the letter of a key. */
export const kinds: Readonly<Record<string, Limit["kind"]>> = {
  t: "tokenBucket",
  l: "leakyBucket",
  w: "slidingWindow",
  f: "fixedWindow",
  s: "slidingWindowCounter",
  c: "concurrency",
  x: "custom",
};
