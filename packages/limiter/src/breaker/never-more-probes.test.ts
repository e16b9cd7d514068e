import { createFakeClock } from "@sluice/core/testing";
import fc from "fast-check";
import { expect, it } from "vitest";
import type { BreakerState } from "./breaker.js";
import { createBreaker } from "./create-breaker.js";
import { memoryBreakerStore } from "./memory-breaker-store.js";
import { remote } from "./remote.test-support.js";
import { resolveRules } from "./rules.js";

const call = fc.record({
  process: fc.nat(2),
  afterMs: fc.constantFrom(0, 0, 1, 20, 300, 1100),
  durationMs: fc.constantFrom(0, 1, 50, 400),
  fails: fc.boolean(),
  aborted: fc.constantFrom(false, false, false, true),
});
const setting = fc.record({
  openMs: fc.constantFrom(100, 1000),
  maxOpenMs: fc.constantFrom(1000, 4000),
  probes: fc.integer({ min: 1, max: 3 }),
  consecutiveFailures: fc.constantFrom(1, 3),
  latencyMs: fc.constantFrom(0, 2, 60),
  shared: fc.boolean(),
});

it("in a fleet no call goes while open or before the open time is over, and never more probes at once than allowed", async () => {
  const seen = { calls: 0, refused: 0, probes: 0, openings: 0, most: 0 };
  await fc.assert(
    fc.asyncProperty(setting, fc.array(call, { minLength: 20, maxLength: 80, size: "max" }), async (set, calls) => {
      const { latencyMs, shared, ...options } = set;
      const clock = createFakeClock();
      const memory = memoryBreakerStore({ clock });
      // Longer than any call, as it has to be.
      const rules = resolveRules({ ...options, probeLeaseMs: 2000 });
      const fleet = [0, 1, 2].map(() =>
        createBreaker({ name: "b", clock, store: shared ? memory : remote(memory, latencyMs, clock), ...rules }),
      );
      // By what the store has told: asking it may itself open it, when the failures' share has risen since by the time alone.
      let told: { readonly state: BreakerState; readonly untilMs: number } = { state: "closed", untilMs: 0 };
      const stateNow = (): BreakerState =>
        told.state === "open" && clock.now() >= told.untilMs ? "half-open" : told.state;
      let probing = 0;
      let openedMs = Number.NEGATIVE_INFINITY;
      memory.onChange("b", ({ state, leftMs }) => {
        told = { state, untilMs: clock.now() + leftMs };
        if (state !== "open") return;
        openedMs = clock.now();
        seen.openings += 1;
      });

      const running: Promise<unknown>[] = [];
      for (const { process, afterMs, durationMs, fails, aborted } of calls) {
        await clock.advance(afterMs);
        const controller = new AbortController();
        const task = async (): Promise<void> => {
          const state = stateNow();
          expect(["closed", "half-open"]).toContain(state);
          const probes = state === "half-open";
          if (probes) {
            expect(clock.now() - openedMs).toBeGreaterThanOrEqual(rules.openMs);
            probing += 1;
            seen.probes += 1;
            seen.most = Math.max(seen.most, probing);
            expect(probing).toBeLessThanOrEqual(rules.probes);
          }
          await new Promise<void>((resolve) => void clock.setTimer(resolve, durationMs));
          if (probes) probing -= 1;
          if (aborted) controller.abort(new Error("changed my mind"));
          if (fails) throw new Error("broken");
        };
        seen.calls += 1;
        running.push(
          (fleet[process] as (typeof fleet)[number])
            .run(task, { signal: controller.signal })
            .catch((error: unknown) => {
              if (!(error instanceof Error)) throw error;
              if ("code" in error && error.code === "CIRCUIT_OPEN") seen.refused += 1;
              // An assertion inside a task.
              else if (error.message !== "broken" && error.message !== "changed my mind") throw error;
            }),
        );
      }
      let settled = false;
      const all = Promise.all(running).finally(() => (settled = true));
      await clock.runUntil(() => settled);
      await all;
      const closing = Promise.all(fleet.map((breaker) => breaker.close()));
      // Commands that are still on their way.
      await clock.advance(2 * latencyMs);
      await closing;
      expect(clock.pending).toBe(0);
    }),
    { numRuns: 150 },
  );
  console.log(`a fleet of three: ${JSON.stringify(seen)}`);
  expect(Math.min(seen.refused, seen.openings)).toBeGreaterThan(100);
  expect(seen.most).toBe(3);
}, 60_000);
