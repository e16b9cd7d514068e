import { encodePart } from "@sluice/limiter";

/** Which buckets of an engine. Undefined fields do not matter. */
export interface Wanted {
  readonly policy: string | undefined;
  readonly user: string | undefined;
  readonly tenant: string | undefined;
  /** As a policy counts by it: in its canonical spelling. */
  readonly ip: string | undefined;
  readonly role: string | undefined;
}

/** Keys that are wanted, and how many have names too long for anybody to tell. */
export interface Matched {
  readonly keys: readonly string[];
  readonly unreadable: number;
}

/** Picks buckets by the names an engine gives them: `policy/window/kind/value/...`, see resolution/names.ts of the policies. */
export function matchBuckets(keys: readonly string[], wanted: Wanted): Matched {
  const { policy, ip, ...others } = wanted;
  const subjects = Object.entries({ ...others, ip }).flatMap(([kind, value]) =>
    value === undefined ? [] : [[kind, encodePart(value).replaceAll("/", "%002f")] as const],
  );
  const every = policy === undefined && subjects.length === 0;
  const names = keys.map((key) => ({ key, name: nameIn(key) }));
  const readable = names.filter(({ name }) => !name.startsWith("#"));
  const matching = every
    ? names
    : readable.filter(({ name }) => {
        const [own, , ...parts] = name.replace(/[~!].*$/s, "").split("/");
        return (
          (policy === undefined || own === policy) &&
          subjects.every(([kind, value]) =>
            parts.some((part, index) => index % 2 === 0 && part === kind && parts[index + 1] === value),
          )
        );
      });
  return { keys: matching.map(({ key }) => key), unreadable: every ? 0 : names.length - readable.length };
}

/** A key ends in the name of its bucket, of which `%` and four digits stand for one character. */
function nameIn(key: string): string {
  const encoded = key.replace(/^.*?\}:[a-z]:/s, "");
  return encoded.replace(/%([0-9a-f]{4})/g, (_, unit: string) => String.fromCharCode(Number.parseInt(unit, 16)));
}
