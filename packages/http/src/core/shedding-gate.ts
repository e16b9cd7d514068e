import { anObject, isSluiceError } from "@sluice/core";
import { createLoadShedder, type LoadShedder, type LoadShedderOptions, type OverloadedError } from "@sluice/limiter";
import { capacityProblem, problemAnswer } from "./problem.js";
import { type Gate, onward } from "./request-view.js";

/** When requests are refused because this process is too busy. */
export interface LoadSheddingOptions<Request extends object> extends LoadShedderOptions {
  /** In place of the options above. Yours to close. @defaultValue one of its own */
  readonly shedder?: LoadShedder;
  /** How vital a request is: those from `spareFromPriority` on are never refused. @defaultValue 0 */
  readonly priority?: (request: Request) => number;
}

/** Refuses requests while the process is too busy. */
export interface SheddingGate<Request extends object> extends Gate<Request> {
  readonly shedding: boolean;
  close(): void;
}

/** @throws ConfigError naming the option that is out of range. */
export function createSheddingGate<Request extends object>(
  options: LoadSheddingOptions<Request> | LoadShedder = {},
): SheddingGate<Request> {
  anObject("options", options);
  const { shedder: given, priority, ...own } = isShedder(options) ? { shedder: options, priority: undefined } : options;
  const shedder = given ?? createLoadShedder(own);
  return {
    get shedding() {
      return shedder.shedding;
    },
    enter({ request }) {
      // Refusing has to be cheap just now: nothing is asked while there is room.
      if (!shedder.shedding) return onward;
      try {
        shedder.check(priority?.(request) ?? 0);
        return onward;
      } catch (error) {
        if (!isSluiceError(error) || error.code !== "PROCESS_OVERLOADED") throw error;
        const { retryAfterMs } = error as OverloadedError;
        // Why is not the client's business.
        const problem = capacityProblem(
          503,
          "Service unavailable",
          "This server is too busy at the moment.",
          retryAfterMs,
        );
        return { kind: "answer", answer: problemAnswer(problem) };
      }
    },
    close() {
      if (given === undefined) shedder.close();
    },
  };
}

function isShedder(options: object): options is LoadShedder {
  return "check" in options && "shedding" in options;
}
