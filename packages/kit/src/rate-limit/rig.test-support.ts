import { type Call, type CallInit, createCall, createHookChain, type Hook, type HookFailure } from "@sluice/core";
import { createFakeClock, type FakeClock } from "@sluice/core/testing";
import {
  type Charge,
  createLimiter,
  type Limiter,
  memoryStore,
  slidingWindow,
  type Store,
  tokenBucket,
} from "@sluice/limiter";
import type { LimiterObserver } from "@sluice/telemetry";
import type { Mode } from "../options/api-options.js";
import { rateLimitHook, type RateLimitOptions } from "./rate-limit-hook.js";

/** Ten a second, one at once. */
export const drip: Charge = { bucket: "drip", limit: tokenBucket({ refillRate: 10, burst: 1 }) };
/** Two in any second. */
export const window: Charge = { bucket: "window", limit: slidingWindow({ limit: 2, windowMs: 1000 }) };

/** What the rig takes beside the hook's own options. */
export interface RigOptions extends Partial<RateLimitOptions> {
  readonly clock?: FakeClock;
  /** Charges by operation. @defaultValue none */
  readonly charges?: Readonly<Record<string, readonly Charge[]>>;
  readonly outer?: readonly Hook[];
  readonly inner?: readonly Hook[];
}

/** What the hook told its observer. */
export type Told = { readonly operation: string } & Record<string, unknown>;

/** A chain with a rate-limit hook in it, on a fake clock. */
export function rig(options: RigOptions = {}) {
  const { charges = {}, outer = [], inner = [], clock = createFakeClock(), ...given } = options;
  const store = memoryStore({ clock });
  let asked = 0;
  const counting: Store = { ...store, take: (request) => ((asked += 1), store.take(request)) };
  const limiter: Limiter = createLimiter({ store: counting, clock });
  const told: Told[] = [];
  const failures: HookFailure[] = [];
  const observer: LimiterObserver = {
    acquired: ({ operation }, take) => told.push({ operation, ...take }),
    refused: ({ operation }, refusal) => told.push({ operation, ...refusal }),
  };
  let mode: Mode = "enforce";
  const hook = rateLimitHook({
    limiterFor: () => limiter,
    quota: (call) => charges[call.operation] ?? [],
    feedback: () => undefined,
    mode: () => mode,
    observer,
    onHookError: (failure) => failures.push(failure),
    clock,
    ...given,
  });
  const chain = createHookChain({ hooks: [...outer, hook, ...inner], clock });
  /** When requests left, by operation. */
  const sent: { operation: string; atMs: number }[] = [];

  const send = <Result>(
    init: string | ({ operation: string } & Partial<CallInit>),
    transport: (call: Call) => Promise<Result>,
  ): Promise<Result> => {
    const call = createCall({
      provider: "acme",
      account: "main",
      signal: new AbortController().signal,
      ...(typeof init === "string" ? { operation: init } : init),
    });
    return chain.run("attempt", call, (current) => {
      sent.push({ operation: call.operation, atMs: clock.now() });
      return transport(current);
    });
  };
  return {
    clock,
    limiter,
    told,
    failures,
    sent,
    send,
    /** A request that is answered at once. */
    ask: (init: Parameters<typeof send>[0]) => send(init, async () => "answer"),
    /** A request that stays in flight until it is told to end. */
    open(init: Parameters<typeof send>[0]) {
      let end = (): void => {};
      const answer = send(init, () => new Promise<string>((resolve) => (end = () => resolve("answer"))));
      return { answer, end: () => end() };
    },
    /** Questions that the store was asked. */
    asked: () => asked,
    setMode(next: Mode) {
      mode = next;
    },
  };
}

/** Settles with the error, for promises that must fail. */
export async function errorOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    (value) => {
      throw new Error(`expected a failure, got ${String(value)}`);
    },
    (error: unknown) => error,
  );
}
