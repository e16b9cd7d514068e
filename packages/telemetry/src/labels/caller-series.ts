import type { Cell } from "../families/cell.js";
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
  const requests = new Map<RequestOutcome, Cell>();
  const acquired = families.acquired.cell({ ...labels });
  const timeouts = families.timeouts.cell({ ...labels });
  return {
    countRequest(outcome) {
      let cell = requests.get(outcome);
      if (cell === undefined) {
        cell = families.requests.cell({ ...labels, outcome });
        requests.set(outcome, cell);
      }
      cell.add(1);
    },
    countAcquired: (tokens) => acquired.add(tokens),
    countRejected: (reason) => families.rejected.cell({ ...labels, reason }).add(1),
    countTimeout: () => timeouts.add(1),
    remove() {
      for (const outcome of requestOutcomes) families.requests.remove({ ...labels, outcome });
      for (const reason of ["rejected", "impossible"]) families.rejected.remove({ ...labels, reason });
      families.acquired.remove({ ...labels });
      families.timeouts.remove({ ...labels });
    },
  };
}
