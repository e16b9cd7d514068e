import { createHash } from "node:crypto";
import { anObject, ConfigError, isSluiceError, oneOf, wholeBetween } from "@sluice/core";
import { createJobs, createLimiter, type JobsOptions, type Limiter, memoryStore, type Store } from "@sluice/limiter";
import type { Identity } from "@sluice/policy";
import { createIdentifier, type IdentifyOptions } from "./identify.js";
import { capacityProblem, problemAnswer } from "./problem.js";
import { type Gate, onward, type Passage, type RequestView } from "./request-view.js";

/** How many requests may be under way. */
export interface ConcurrencyLimitOptions<Request extends object> extends IdentifyOptions<Request> {
  /** Requests at a time: of each key where there is `per`, of all otherwise. Range: whole numbers 1 to 100000. */
  readonly max: number;
  /** Whose places are counted together; undefined for those without a key, who share theirs. Keys are stored as digests. @defaultValue all */
  readonly per?: (identity: Identity) => string | undefined;
  /** With `per`: requests of all keys at a time. Range: whole numbers `max` to 100000. @defaultValue 100000 */
  readonly maxTotal?: number;
  /** Where places are counted, by the fleet that shares it. Yours to close. @defaultValue in this process */
  readonly store?: Store;
  /** A limiter in place of `store`. Yours to close. */
  readonly limiter?: Limiter;
  /** Tells apart what is counted in one store. @defaultValue `"http"` */
  readonly name?: string;
  /** After which the place of a process that was killed is free again. Unit: milliseconds. Range: whole numbers 100 to one day. @defaultValue 30000 */
  readonly leaseMs?: number;
  /** Requests that may wait for a place, in this process; the others are refused at once. Range: whole numbers 0 to 1e6. @defaultValue 0 */
  readonly maxWaiting?: number;
  /** Longest wait. Unit: milliseconds. Range: whole numbers 0 to 600000. @defaultValue 5000 */
  readonly maxWaitMs?: number;
  /** How a full house is answered. @defaultValue 429 with `per`, where it is the caller's own doing, else 503 */
  readonly status?: 429 | 503;
  /** Requests that need no place. @defaultValue none */
  readonly skip?: (request: Request) => boolean;
  /** Told of what `identify` and `per` throw, and when the store is away. */
  readonly onError?: (error: unknown, request: Request) => void;
}

/** Counts requests under way. */
export interface ConcurrencyGate<Request extends object> extends Gate<Request> {
  /** Requests of this process that hold a place. */
  readonly active: number;
  readonly waiting: number;
  /** Closes what was made here. */
  close(): Promise<void>;
}

/** A place may come free at any time; asking more often than this helps nobody. Unit: milliseconds. */
const AGAIN_MS = 1000;

/** @throws ConfigError naming the option that is out of range. */
export function createConcurrencyGate<Request extends object>(
  options: ConcurrencyLimitOptions<Request>,
): ConcurrencyGate<Request> {
  anObject("options", options);
  const { per, skip } = options;
  const status = oneOf("status", String(options.status ?? (per === undefined ? 503 : 429)), ["429", "503"]);
  const report = (error: unknown, { request }: RequestView<Request>): void => {
    try {
      options.onError?.(error, request);
    } catch {
      // Whoever looks on changes nothing.
    }
  };
  const identify = createIdentifier(options, report);
  const { limiter, close } = limiterOf(options);
  const jobs = createJobs({ limiter, ...jobsOptions(options) });

  const keyOf = async (view: RequestView<Request>): Promise<string | undefined> => {
    if (per === undefined) return undefined;
    return digest(per(await identify(view, (path) => path.toLowerCase())) ?? "");
  };
  const refusal = (error: unknown, view: RequestView<Request>): Passage => {
    const full = isSluiceError(error) && fullCodes.has(error.code);
    if (!full && !view.gone().aborted) report(error, view);
    if (full || view.gone().aborted) {
      const detail =
        per === undefined
          ? "As many requests as there may be are under way."
          : "As many of your requests as there may be are under way.";
      return {
        kind: "answer",
        answer: problemAnswer(capacityProblem(Number(status), "Too many requests at a time", detail, AGAIN_MS)),
      };
    }
    if (!isSluiceError(error) || error.code === "CONFIG_INVALID") throw error;
    const problem = capacityProblem(503, "Service unavailable", "Places cannot be counted at the moment.", AGAIN_MS);
    return { kind: "answer", answer: problemAnswer(problem) };
  };

  return {
    get active() {
      return jobs.active;
    },
    get waiting() {
      return jobs.waiting;
    },
    async enter(view) {
      if (skip?.(view.request) === true) return onward;
      const namespace = await keyOf(view);
      const { promise, resolve, reject } = deferred<Passage>();
      const held = (): Promise<void> =>
        new Promise((free) => resolve({ kind: "on", headers: {}, context: undefined, ended: () => free() }));
      const how = { signal: view.gone(), ...(namespace === undefined ? {} : { namespace }) };
      jobs.run(held, how).catch((error: unknown) => {
        try {
          resolve(refusal(error, view));
        } catch (mistake) {
          reject(mistake);
        }
      });
      return promise;
    },
    close,
  };
}

/** There is no place, or the wait for one was too long. */
const fullCodes: ReadonlySet<string> = new Set(["LIMIT_EXCEEDED", "QUEUE_FULL"]);

function jobsOptions(options: ConcurrencyLimitOptions<never>): Omit<JobsOptions, "limiter"> {
  const max = wholeBetween("max", options.max, 1, 100_000);
  const maxWaiting = wholeBetween("maxWaiting", options.maxWaiting ?? 0, 0, 1e6);
  const total = wholeBetween("maxTotal", options.maxTotal ?? 100_000, max, 100_000);
  return {
    name: options.name ?? "http",
    max: options.per === undefined ? max : total,
    perNamespace: max,
    strategy: maxWaiting === 0 ? "reject" : "queue",
    timeoutMs: wholeBetween("maxWaitMs", options.maxWaitMs ?? 5000, 0, 600_000),
    ...(maxWaiting === 0 ? {} : { maxWaiting }),
    ...(options.leaseMs === undefined ? {} : { leaseMs: options.leaseMs }),
    ...(options.clock === undefined ? {} : { clock: options.clock }),
  };
}

function limiterOf({ limiter, store, clock }: ConcurrencyLimitOptions<never>): {
  readonly limiter: Limiter;
  readonly close: () => Promise<void>;
} {
  if (limiter !== undefined) {
    if (store === undefined) return { limiter, close: async () => {} };
    throw new ConfigError({ option: "store", accepted: "either `store` or `limiter`", value: "both" });
  }
  const timed = clock === undefined ? {} : { clock };
  const memory = store === undefined ? memoryStore(timed) : undefined;
  const own = createLimiter({ store: store ?? (memory as Store), provider: "http", account: "concurrency", ...timed });
  const close = async (): Promise<void> => {
    await own.close();
    await memory?.close();
  };
  return { limiter: own, close };
}

function digest(key: string): string {
  return createHash("sha256").update(key).digest("hex").slice(0, 32);
}

function deferred<Value>(): {
  readonly promise: Promise<Value>;
  readonly resolve: (value: Value) => void;
  readonly reject: (reason: unknown) => void;
} {
  let resolve: (value: Value) => void = () => {};
  let reject: (reason: unknown) => void = () => {};
  const promise = new Promise<Value>((fulfil, refuse) => {
    resolve = fulfil;
    reject = refuse;
  });
  return { promise, resolve, reject };
}
