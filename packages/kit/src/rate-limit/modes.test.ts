import { type Outcome, StoreUnavailableError } from "@sluice/core";
import type { Limiter } from "@sluice/limiter";
import { describe, expect, it, vi } from "vitest";
import type { Mode } from "../options/api-options.js";
import { drip, rig, window } from "./rig.test-support.js";

const charges = { list: [drip], huge: [{ ...drip, cost: 2 }] };

function limiterThat(tryAcquire: () => Promise<unknown>): Limiter {
  return { tryAcquire, acquire: tryAcquire, observe: async () => {} } as unknown as Limiter;
}

describe("in shadow", () => {
  it("every request leaves at once, and what would have happened is recorded", async () => {
    const { ask, clock, sent, told, setMode } = rig({ charges });
    setMode("shadow");
    for (const operation of ["list", "list", "huge", "free"]) await ask(operation);
    await clock.advance(0);
    expect(sent.map(({ atMs }) => atMs)).toEqual([0, 0, 0, 0]);
    expect(told).toEqual([
      { operation: "list", waitedMs: 0, cost: 1, remaining: 0 },
      { operation: "list", reason: "rejected" },
      { operation: "huge", reason: "impossible" },
    ]);
  });

  it("a store that is away or never answers, a closed client and a throwing quota hold nobody up", async () => {
    const away = rig({
      charges,
      limiterFor: () => limiterThat(() => Promise.reject(new StoreUnavailableError("away"))),
    });
    const silent = rig({ charges, limiterFor: () => limiterThat(() => new Promise(() => {})) });
    const closed = rig({
      charges,
      limiterFor: () => {
        throw new Error("closed");
      },
    });
    const broken = rig({
      quota: () => {
        throw new Error("quota bug");
      },
    });
    for (const { ask, setMode, told } of [away, silent, closed, broken]) {
      setMode("shadow");
      for (let n = 0; n < 3; n += 1) expect(await ask("list")).toBe("answer");
      expect(told).toEqual([]);
    }
  });

  it("the provider's word is still passed on, for those who enforce", async () => {
    const { ask, limiter, setMode } = rig({ charges: { list: [window] }, feedback: () => ({ retryAfterMs: 900 }) });
    setMode("shadow");
    await ask("list");
    expect(await limiter.peek(window)).toMatchObject({ kind: "delayed", retryAfterMs: 900 });
  });
});

it("when disabled nobody is asked: neither quota, limiter nor feedback", async () => {
  const quota = vi.fn(() => [drip]);
  const feedback = vi.fn(() => undefined);
  const limiterFor = vi.fn(() => limiterThat(async () => {}));
  const { ask, setMode, told } = rig({ quota, feedback, limiterFor });
  setMode("disabled");
  expect(await ask("list")).toBe("answer");
  for (const asked of [quota, feedback, limiterFor]) expect(asked).not.toHaveBeenCalled();
  expect(told).toEqual([]);
});

describe("the cap on requests in flight", () => {
  it.each(["enforce", "shadow", "disabled"] as const)(
    "is the client's own, so it holds under %s too, and the wait for it is a wait",
    async (mode) => {
      const outcomes: Outcome[] = [];
      const outer = [{ name: "watch", after: (_call: unknown, outcome: Outcome) => void outcomes.push(outcome) }];
      const { clock, open, ask, sent, setMode } = rig({ maxInFlight: 1, outer });
      setMode(mode);
      const first = open("free");
      const second = ask("free");
      await clock.advance(30);
      expect(sent).toHaveLength(1);
      first.end();
      await second;
      expect(outcomes.map(({ waitedMs, durationMs }) => [waitedMs, durationMs])).toEqual([
        [0, 30],
        [30, 0],
      ]);
    },
  );

  it("holds while the mode is switched: each call frees the one place it took, whatever the mode is by then", async () => {
    const modes: readonly Mode[] = ["enforce", "shadow", "disabled"];
    const { clock, open, sent, setMode } = rig({ maxInFlight: 2 });
    const calls = modes.flatMap((mode) => [mode, ...modes]).map((mode) => (setMode(mode), open("free")));
    for (const [index, call] of calls.entries()) {
      setMode(modes[index % 3] as Mode);
      await clock.advance(1);
      expect(sent).toHaveLength(Math.min(calls.length, index + 2));
      call.end();
      await call.answer;
    }
    setMode("enforce");
    const more = [open("free"), open("free"), open("free")];
    await clock.advance(1);
    expect(sent).toHaveLength(calls.length + 2);
    for (const { end } of more) {
      end();
      await clock.advance(1);
    }
  });
});

it("those who wait when the mode is switched go on waiting, and newcomers pass", async () => {
  const { clock, ask, sent, setMode } = rig({ charges });
  await ask("list");
  void ask("list");
  await clock.advance(1);
  setMode("disabled");
  await ask("list");
  await clock.advance(1000);
  expect(sent.map(({ atMs }) => atMs)).toEqual([0, 1, 100]);
});
