import { anObject, between, oneOf, type Settled, SluiceError, warnOnce } from "@sluice/core";
import type { Breaker, BreakerSight, ForceOptions, IsFailure } from "./breaker.js";
import { CircuitOpenError } from "./circuit-open-error.js";
import { createCounts } from "./counts.js";
import { createKnowledge } from "./knowledge.js";
import { type BreakerOptions, resolveBreaker } from "./options.js";
import { decidingAlone, oneBreaker } from "./outage.js";
import { judged, thrownIsFailure } from "./outcome.js";
import { createProbes, type Probe } from "./probes.js";
import { createReports } from "./reports.js";
import { orAborted } from "./or-aborted.js";
import type { Force } from "./store.js";

/** Longest time a state is set for. Unit: milliseconds. */
const LONGEST_FORCE_MS = 30 * 86_400_000;

/**
 * Makes a breaker. While it is closed a call costs no command: outcomes are counted here and told together, successes with the next
 * look at the store (every half second while calls are made), failures at once.
 *
 * @throws ConfigError when an option is out of range.
 */
export function createBreaker(options: BreakerOptions): Breaker {
  anObject("options", options, "{ name, ... }");
  const { name, rules, store, onStoreError, isFailure, onEvent, clock } = resolveBreaker(options);
  const warn = warnOnce("SLUICE_BREAKER_LISTENER");
  const knowledge = createKnowledge({
    name,
    clock,
    onChange(event) {
      try {
        onEvent(event);
      } catch (error) {
        warn(`A listener of breaker ${name} failed`, error);
      }
    },
  });
  const one =
    onStoreError === "local"
      ? decidingAlone(store, { name, rules, clock, known: knowledge.view })
      : oneBreaker(store, name, rules);
  const counts = createCounts(Number.isFinite(rules.consecutiveFailures) ? rules.consecutiveFailures : 0);
  const reports = createReports({ one, knowledge, counts, clock, windowMs: rules.windowMs });
  const probes = createProbes({ one, knowledge, clock, leaseMs: rules.probeLeaseMs });
  let stopListening: (() => void) | undefined;
  let closed = false;

  const open = (): void => {
    if (closed) throw new SluiceError("LIMITER_CLOSED", `Breaker ${name} was shut down`);
    stopListening ??= store.onChange(name, knowledge.told);
  };
  const refusal = (): CircuitOpenError | undefined => {
    const state = knowledge.state();
    const retryAfterMs = knowledge.leftMs();
    if (state === "closed" || (state === "half-open" && retryAfterMs === 0)) return undefined;
    return new CircuitOpenError({ breaker: name, state, retryAfterMs });
  };
  /** Undefined: let through as closed. */
  const admitSlowly = async (signal: AbortSignal | undefined): Promise<Probe | undefined> => {
    for (;;) {
      const heard = reports.fresh() ? undefined : orAborted(reports.send(), signal);
      if (heard instanceof Promise) await heard;
      const refused = refusal();
      if (refused !== undefined) throw refused;
      if (knowledge.state() === "closed") return undefined;
      const probe = await probes.ask(signal);
      if (probe !== undefined) return probe;
    }
  };
  const judge = (rule: IsFailure, settled: Settled, signal: AbortSignal | undefined): boolean | undefined => {
    const fair = judged(settled, signal);
    if (fair === undefined) return undefined;
    try {
      return rule(fair);
    } catch (error) {
      warn(`isFailure of breaker ${name} failed`, error);
      return thrownIsFailure(fair);
    }
  };
  const count = (failed: boolean | undefined, version: number): void => {
    // What began before the last change says nothing about the time after it.
    if (failed === undefined || closed || knowledge.version !== version) return;
    if (knowledge.state() !== "closed") return;
    if (failed) {
      counts.failed(clock.now());
      reports.urgent();
    } else counts.succeeded(clock.now());
  };
  const set = async (force: Force): Promise<void> => {
    open();
    const { version } = knowledge;
    knowledge.answered(await one.force(force), version);
  };

  return {
    name,
    async run(task, how) {
      const signal = how?.signal;
      signal?.throwIfAborted();
      open();
      let probe: Probe | undefined;
      let admitted = reports.fresh() && knowledge.state() === "closed";
      while (!admitted) {
        probe = await admitSlowly(signal);
        // Between the answer and this line something else may have been told.
        admitted = probe === undefined ? knowledge.state() === "closed" : probe.isCurrent();
        if (!admitted) probe?.end(undefined);
      }
      const rule = how?.isFailure ?? isFailure;
      const { version } = knowledge;
      const end = (settled: Settled): void => {
        const failed = judge(rule, settled, signal);
        if (probe === undefined) count(failed, version);
        else probe.end(failed);
      };
      let result;
      try {
        result = await task(signal);
      } catch (error) {
        end({ ok: false, error });
        throw error;
      }
      end({ ok: true, result });
      return result;
    },
    state: knowledge.state,
    async refresh(): Promise<BreakerSight> {
      open();
      await reports.send();
      return { state: knowledge.state(), retryAfterMs: knowledge.leftMs() };
    },
    async force(to, forceOptions) {
      await set({
        to: oneOf("to", to, ["open", "closed", "isolated"]),
        forMs: resolveForMs(forceOptions),
        reason: "forced",
      });
    },
    reset: () => set({ to: "closed", forMs: undefined, reason: "reset" }),
    async close() {
      closed = true;
      stopListening?.();
      knowledge.stop();
      const underWay = [reports.ended(), probes.ended()].filter((ended) => ended !== undefined);
      // Waiting for nothing would keep all of this alive for as long as whoever closes many does not wait.
      if (underWay.length > 0) await Promise.all(underWay);
    },
  };
}

function resolveForMs(options: ForceOptions | undefined): number | undefined {
  return options?.forMs === undefined ? undefined : between("forMs", options.forMs, 1, LONGEST_FORCE_MS);
}
