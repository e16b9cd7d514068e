import { checkOverride } from "./check-override.js";
import { farthest } from "./ceiling.js";
import type { Override, OverrideDraft } from "./override.js";

/** Begins the name of every record of an override. */
export const overrideHead = "override/";

/** Format of the records. */
const FORMAT = 1;

interface Stored extends Omit<OverrideDraft, "until"> {
  readonly v: number;
  readonly id: string;
  readonly untilMs: number;
  readonly grantedMs: number;
  readonly factor: number;
}

/** The text of a record. */
export function writeOverride({ unlimited, kind, ...override }: Override): string {
  return JSON.stringify({ v: FORMAT, kind, ...override, ...(unlimited && kind === "grant" ? { unlimited } : {}) });
}

/**
 * Reads a record. Whoever can write to the store could have written it by hand, so it is checked like a draft, against the farthest ceiling
 * there may be: nothing lasts for ever.
 *
 * @returns undefined for one that does not hold.
 */
export function readOverride(name: string, text: string): Override | undefined {
  try {
    const { v, id, untilMs, grantedMs, factor, ...rest } = JSON.parse(text) as Stored;
    if (v !== FORMAT || `${overrideHead}${id}` !== name || !(factor >= 1 && factor <= farthest.maxLimitFactor))
      return undefined;
    const { policies, ...draft } = rest;
    const ofPolicy = draft.subject.policy !== undefined;
    const named = policies === undefined || ofPolicy ? {} : { policies };
    const bounds = { ceiling: { ...farthest, maxLimitFactor: factor }, nowMs: grantedMs };
    return { id, ...checkOverride({ ...draft, ...named, until: untilMs }, bounds), factor };
  } catch {
    return undefined;
  }
}
