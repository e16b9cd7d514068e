import type { Counter } from "prom-client";
import type { Families } from "../families/families.js";
import { type RequestOutcome, requestOutcomes } from "../outcome.js";
import type { PlaceLabels } from "./place.js";

/** The series of one caller in one place, resolved once. */
export interface CallerSeries {
  countRequest(outcome: RequestOutcome): void;
  countAcquired(tokens: number): void;
  countRejected(reason: "rejected" | "impossible"): void;
  countTimeout(): void;
  /** Takes the series out of the registry. */
  remove(): void;
}

/** Resolves the series; none is exported before it has a value. */
export function openCallerSeries(families: Families, labels: PlaceLabels & { readonly caller: string }): CallerSeries {
  const requests = new Map<RequestOutcome, Counter.Internal>();
  const acquired = families.acquired.labels({ ...labels });
  const timeouts = families.timeouts.labels({ ...labels });
  return {
    countRequest(outcome) {
      let child = requests.get(outcome);
      if (child === undefined) {
        child = families.requests.labels({ ...labels, outcome });
        requests.set(outcome, child);
      }
      child.inc();
    },
    countAcquired: (tokens) => acquired.inc(tokens),
    countRejected: (reason) => families.rejected.inc({ ...labels, reason }),
    countTimeout: () => timeouts.inc(),
    remove() {
      for (const outcome of requestOutcomes) families.requests.remove({ ...labels, outcome });
      for (const reason of ["rejected", "impossible"]) families.rejected.remove({ ...labels, reason });
      families.acquired.remove({ ...labels });
      families.timeouts.remove({ ...labels });
    },
  };
}
