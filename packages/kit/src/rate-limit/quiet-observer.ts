import { warnOnce } from "@sluice/core";
import type { LimiterObserver } from "@sluice/telemetry";

/** The observer, whose failures change nothing: whoever looks on must not fail a call whose tokens are taken. */
export function quietObserver(observer: LimiterObserver | undefined): LimiterObserver | undefined {
  if (observer === undefined) return undefined;
  const warn = warnOnce("SLUICE_OBSERVER");
  const quietly = <Value>(look: () => Value, otherwise: Value): Value => {
    try {
      return look();
    } catch (error) {
      warn("An observer of the limiter failed", error);
      return otherwise;
    }
  };
  return {
    acquired: (call, take) => quietly(() => observer.acquired(call, take), undefined),
    refused: (call, refusal) => quietly(() => observer.refused(call, refusal), undefined),
    held(call, places) {
      const letGo = quietly(() => observer.held?.(call, places) ?? nothing, nothing);
      return () => quietly(letGo, undefined);
    },
  };
}

function nothing(): void {}
