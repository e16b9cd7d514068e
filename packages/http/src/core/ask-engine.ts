import type { CheckOptions, Identity, PolicyDecision, PolicyEngine } from "@sluice/policy";
import type { NowOrLater } from "./now-or-later.js";

/** Asks an engine about an identity. */
export type AskEngine = (identity: Identity, how: CheckOptions) => NowOrLater<PolicyDecision>;

/** Requests until an engine that had to ask its store is taken at its word again. */
const LONGEST_PAUSE = 256;

/**
 * Asks at once where that gives an answer, as from tokens drawn in advance, and without a detour where it does not: an engine that had to ask its
 * store is not asked at once again for some requests, and ever more of them.
 */
export function createAskEngine(engine: Pick<PolicyEngine, "check" | "checkSync">): AskEngine {
  let pause = 0;
  let left = 0;
  return (identity, how) => {
    if (left > 0) {
      left -= 1;
      return engine.check(identity, how);
    }
    const decision = engine.checkSync(identity, how);
    if (decision !== undefined) {
      pause = 0;
      return decision;
    }
    pause = Math.min(LONGEST_PAUSE, 2 * pause + 1);
    left = pause;
    return engine.check(identity, how);
  };
}
