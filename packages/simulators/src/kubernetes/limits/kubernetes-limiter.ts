import { contestedCounter } from "../../limits/contested-counter.js";
import { limitTable } from "../../limits/limit-table.js";
import { tokenBucket } from "../../limits/token-bucket.js";
import type { KubernetesSimulatorConfig } from "../options.js";

/** What became of a request at the limits. */
export type Admission =
  | { readonly kind: "admitted"; readonly limit: string; readonly release: () => void }
  | { readonly kind: "refused"; readonly limit: string; readonly retryAfterSeconds: number };

/** Decides requests by what runs at a time, and by the rate where there is one. */
export interface KubernetesLimiter {
  admit(user: string, mutating: boolean, nowMs: number): Admission;
}

/** How long the in-flight filter asks to wait: always this. Unit: seconds. See retryAfterInFlightFilter in data/kubernetes.json (apiserver). */
const RETRY_AFTER_SECONDS = 1;

export function kubernetesLimiter(config: KubernetesSimulatorConfig): KubernetesLimiter {
  const { enforce, limit, speed, stranger } = config;
  const table = limitTable();
  const inFlight = { reading: 0, mutating: 0 };
  return {
    admit(user, mutating, nowMs) {
      const kind = mutating ? "mutating" : "reading";
      const name = mutating ? "maxMutatingRequestsInFlight" : "maxRequestsInFlight";
      if (enforce && inFlight[kind] >= config[name])
        return { kind: "refused", limit: name, retryAfterSeconds: RETRY_AFTER_SECONDS };
      if (enforce && limit !== undefined) {
        const { perMinute, burst } = limit;
        const decision = table.decide(user, nowMs, () =>
          contestedCounter(
            tokenBucket(perMinute, { tokens: burst }),
            (afterMs, untilMs) => stranger.dueBetween("rate", perMinute, afterMs, untilMs),
            perMinute,
          ),
        );
        if (decision.kind === "refused") {
          const seconds = Math.max(1, Math.ceil(decision.waitMs / speed / 1000));
          return { kind: "refused", limit: "rate", retryAfterSeconds: seconds };
        }
      }
      inFlight[kind] += 1;
      return { kind: "admitted", limit: name, release: () => void (inFlight[kind] -= 1) };
    },
  };
}
