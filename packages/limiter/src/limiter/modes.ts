import { oneOf } from "@sluice/core";
import type { Charge } from "../limits/charge.js";
import type { Decision } from "./decision.js";
import { abandon, freeGrant } from "./grant.js";
import type { Grant, Limiter, Mode } from "./limiter.js";

/** Whether limits hold, and who is told what would have been. */
export interface ModeOptions {
  /** @defaultValue `"enforce"` */
  readonly mode?: Mode;
  /** Told in shadow mode what was decided; what it throws is swallowed. */
  readonly onShadowDecision?: (charges: Charge | readonly Charge[], decision: Decision) => void;
}

const modes = ["enforce", "shadow", "disabled"] as const;
const yes: Decision = Object.freeze({ kind: "allowed", remaining: Number.POSITIVE_INFINITY, resetAfterMs: 0 });

/** Puts a switch in front of a limiter. In shadow, tokens are taken where there are some, so that the decisions are true to life. */
export function withMode(limiter: Omit<Limiter, "mode">, options: ModeOptions): Limiter {
  let mode = oneOf("mode", options.mode ?? "enforce", modes);
  const tell = (charges: Charge | readonly Charge[], decision: Decision): void => {
    try {
      options.onShadowDecision?.(charges, decision);
    } catch {
      // Whoever looks on changes nothing.
    }
  };
  /** Asked and told, whatever the answer; neither a limit nor the store's absence holds anybody up. */
  const shadowed = async (charges: Charge | readonly Charge[]): Promise<Decision> => {
    const decision = await limiter.tryAcquire(charges).catch(rethrowMistakes);
    if (decision === undefined) return yes;
    tell(charges, decision);
    return decision.kind === "allowed" ? decision : yes;
  };
  const withoutWaiting = async (
    charges: Charge | readonly Charge[],
    signal: AbortSignal | undefined,
  ): Promise<Grant> => {
    signal?.throwIfAborted();
    const decision = mode === "shadow" ? await shadowed(charges) : yes;
    const grant = (decision.kind === "allowed" ? decision.grant : undefined) ?? freeGrant;
    return signal?.aborted === true ? abandon(grant, signal) : grant;
  };
  return {
    ...limiter,
    get mode() {
      return mode;
    },
    set mode(next: Mode) {
      mode = oneOf("mode", next, modes);
    },
    tryAcquire(charges) {
      if (mode === "enforce") return limiter.tryAcquire(charges);
      return mode === "shadow" ? shadowed(charges) : Promise.resolve(yes);
    },
    tryAcquireSync(charges) {
      if (mode === "enforce") return limiter.tryAcquireSync(charges);
      if (mode === "disabled") return yes;
      const decision = limiter.tryAcquireSync(charges);
      tell(charges, decision);
      return decision.kind === "allowed" ? decision : yes;
    },
    acquire(charges, acquireOptions) {
      return mode === "enforce"
        ? limiter.acquire(charges, acquireOptions)
        : withoutWaiting(charges, acquireOptions?.signal);
    },
    async reserve(charges, reserveOptions) {
      if (mode === "enforce") return limiter.reserve(charges, reserveOptions);
      const decision = mode === "shadow" ? await shadowed(charges) : yes;
      const grant = (decision.kind === "allowed" ? decision.grant : undefined) ?? freeGrant;
      return { delayMs: 0, cancel: () => grant.giveBack() };
    },
    async observe(charges, word) {
      if (mode !== "disabled") await limiter.observe(charges, word);
    },
  };
}

/** A mistake of the caller's is one in every mode; a store that is away is not the caller's. */
function rethrowMistakes(error: unknown): undefined {
  const { code } = error as { code?: unknown };
  if (code === "STORE_UNAVAILABLE") return undefined;
  throw error;
}
