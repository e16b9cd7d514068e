import { encodePart, type StoreCharge } from "@sluice/limiter";

/** Names of everything a store keeps. One hash tag a scope, so that all of an account lives on one node. */
export interface Keys {
  bucket(scope: string, charge: Pick<StoreCharge, "bucket" | "limit">): string;
  channel(scope: string): string;
  standing(scope: string, subject: string): string;
  /** Written to find out whether the store of this scope is back. */
  trial(scope: string): string;
  readonly presence: string;
  /** What a process tells of itself. */
  summary(name: string): string;
}

const letters = {
  tokenBucket: "t",
  leakyBucket: "l",
  slidingWindow: "w",
  fixedWindow: "f",
  slidingWindowCounter: "s",
  concurrency: "c",
  custom: "x",
} as const;
const MOST_REMEMBERED = 10_000;
/** Names may come from outside: longer ones are not kept, so that the table stays small whatever they are. Unit: characters. */
const LONGEST_REMEMBERED = 256;

export function createKeys(prefix: string): Keys {
  // The same text each time, not an equal one: its hash is then computed once.
  const byHead = new Map<string, Map<string, string>>();
  let remembered = 0;
  let last: { scope: string; kind: StoreCharge["limit"]["kind"]; head: string; keys: Map<string, string> } | undefined;

  const keysUnder = (scope: string, kind: StoreCharge["limit"]["kind"]): NonNullable<typeof last> => {
    if (last?.scope === scope && last.kind === kind) return last;
    const head = `${prefix}:{${scope}}:${letters[kind]}:`;
    const keys = byHead.get(head) ?? new Map<string, string>();
    byHead.set(head, keys);
    last = { scope, kind, head, keys };
    return last;
  };
  return {
    bucket(scope, { bucket, limit }) {
      const { head, keys } = keysUnder(scope, limit.kind);
      const known = keys.get(bucket);
      if (known !== undefined) return known;
      const key = head + encodePart(bucket);
      if (bucket.length > LONGEST_REMEMBERED) return key;
      if (remembered >= MOST_REMEMBERED) {
        byHead.clear();
        last = undefined;
        remembered = 0;
      }
      keys.set(bucket, key);
      remembered += 1;
      return key;
    },
    channel: (scope) => `${prefix}:{${scope}}:news`,
    standing: (scope, subject) => `${prefix}:{${scope}}:r:${encodePart(subject)}`,
    trial: (scope) => `${prefix}:{${scope}}:trial`,
    presence: `${prefix}:{presence}`,
    summary: (name) => `${prefix}:{presence}:${name}`,
  };
}
