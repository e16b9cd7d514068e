import { anObject, type Call, ConfigError, wholeBetween } from "@sluice/core";
import type { Breaker } from "./breaker.js";
import { createBreaker } from "./create-breaker.js";
import { memoryBreakerStore } from "./memory-breaker-store.js";
import { type BreakerOptions, resolveBreaker } from "./options.js";
import { encodePart } from "../store/encode-part.js";

/** What a family of breakers is made of. */
export interface BreakersOptions extends BreakerOptions {
  /** Which breaker a call belongs to, such as its provider and account; of low cardinality, and never a secret. */
  readonly key: (call: Call) => string;
  /**
   * Most breakers kept in this process. The one unused for longest makes room when it is closed; while none of the oldest is, newcomers
   * share one named `other`. Range: whole numbers 1 to 100000.
   *
   * @defaultValue 1000
   */
  readonly maxBreakers?: number;
}

/** A breaker for each key, made when it is first asked for. Its name is the family's name, its own colons encoded, a colon and the key. */
export interface Breakers {
  readonly name: string;
  of(call: Call): Breaker;
  /** The same, for who knows the key. */
  withKey(key: string): Breaker;
  readonly size: number;
  close(): Promise<void>;
}

/** Breakers looked at before a newcomer has to share. */
const LOOKED_AT = 8;
const other = "other";

/**
 * Makes a family of breakers on one store.
 *
 * @throws ConfigError when an option is out of range.
 */
export function breakers(options: BreakersOptions): Breakers {
  anObject("options", options, "{ name, key, ... }");
  const { key, maxBreakers: most = 1000, ...common } = options;
  if (typeof key !== "function") throw new ConfigError({ option: "key", accepted: "a function", value: key });
  const maxBreakers = wholeBetween("maxBreakers", most, 1, 100_000);
  const { name, clock } = resolveBreaker(common);
  // The first colon ends the family's part, so that no key of one family can name a breaker of another.
  const family = name.replace(/[%:]/g, (mark) => encodePart(mark));
  const store = common.store ?? memoryBreakerStore({ clock, maxBreakers: 2 * maxBreakers + 1 });
  /** The one used last is last. */
  const byKey = new Map<string, Breaker>();
  let shared: Breaker | undefined;

  const make = (part: string): Breaker => createBreaker({ ...common, name: `${family}:${part}`, store });
  const madeRoom = (): boolean => {
    let looked = 0;
    for (const [oldest, breaker] of byKey) {
      if (breaker.state() === "closed") {
        byKey.delete(oldest);
        void breaker.close();
        return true;
      }
      looked += 1;
      if (looked === LOOKED_AT) break;
    }
    return false;
  };
  const withKey = (part: string): Breaker => {
    const found = byKey.get(part);
    if (found !== undefined) {
      byKey.delete(part);
      byKey.set(part, found);
      return found;
    }
    if (byKey.size >= maxBreakers && !madeRoom()) return (shared ??= make(other));
    const made = make(part);
    byKey.set(part, made);
    return made;
  };
  return {
    name,
    of: (call) => withKey(key(call)),
    withKey,
    get size() {
      return byKey.size;
    },
    async close() {
      await Promise.all([...byKey.values(), shared].map((breaker) => breaker?.close()));
      byKey.clear();
      shared = undefined;
    },
  };
}
