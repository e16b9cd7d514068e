import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Hook } from "../hooks/hook.js";
import { createHookChain } from "../hooks/hook-chain.js";
import { createFakeClock } from "../testing/fake-clock.js";
import { sleep } from "../clock/sleep.js";
import { runCall } from "./run-call.js";
import { CallState, stateKey } from "./state.js";

describe("a call's state", () => {
  it("makes a value on first use, keeps it, and changes it on set", () => {
    let made = 0;
    const key = stateKey("list", () => [(made += 1)]);
    const state = new CallState();
    expect(state.has(key)).toBe(false);
    const value = state.get(key);
    expect(state.get(key)).toBe(value);
    expect(state.has(key)).toBe(true);
    expect(made).toBe(1);
    state.set(key, [7]);
    expect(state.get(key)).toEqual([7]);
    expect(made).toBe(1);
  });

  it("keeps two keys with one label apart, and remembers undefined", () => {
    const [one, other] = [stateKey("same", () => 1), stateKey("same", () => 2)];
    const nothing = stateKey<number | undefined>("nothing", () => 5);
    const state = new CallState();
    state.set(one, 10);
    state.set(nothing, undefined);
    expect([state.get(one), state.get(other), state.get(nothing)]).toEqual([10, 2, undefined]);
  });
});

it("parallel calls never share state, however their hooks and attempts interleave", async () => {
  const trail = stateKey("trail", (): string[] => []);
  const step = fc.record({ attempts: fc.integer({ min: 1, max: 3 }), startMs: fc.nat(20), waitMs: fc.nat(20) });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 2, maxLength: 12 }), async (steps) => {
      const clock = createFakeClock();
      const writer = (name: string, stage: Hook["stage"]): Hook => ({
        name,
        stage: stage ?? "attempt",
        async before(call) {
          call.state.get(trail).push(`${call.operation} ${name}`);
          await sleep(Number(call.args), undefined, clock);
          // A changed copy is still the same logical call.
          return { ...call };
        },
        after: (call) => call.state.get(trail).push(`${call.operation} ${name} done`),
      });
      const chain = createHookChain({ clock, hooks: [writer("outer", "call"), writer("inner", "attempt")] });
      const trails = steps.map(async ({ attempts, startMs, waitMs }, index) => {
        await sleep(startMs, undefined, clock);
        const operation = `call ${index}`;
        let state: CallState | undefined;
        const request = { provider: "p", account: "a", operation, args: waitMs, timeoutMs: 10_000, clock };
        await runCall(chain, request, async (call) => {
          state = call.state;
          for (let n = 0; n < attempts; n += 1) await chain.run("attempt", call, async () => {});
        });
        const each = [`${operation} inner`, `${operation} inner done`];
        expect(state?.get(trail)).toEqual([
          `${operation} outer`,
          ...Array.from({ length: attempts }, () => each).flat(),
          `${operation} outer done`,
        ]);
        return state;
      });
      const done = Promise.all(trails);
      await clock.runUntil(() => false);
      expect(new Set(await done).size).toBe(steps.length);
    }),
    { numRuns: 40 },
  );
});
