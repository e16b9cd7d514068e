import { LimitExceededError } from "@sluice/core";
import { createFakeClock } from "@sluice/core/testing";
import { type Charge, type Limiter, slidingWindow, tokenBucket } from "@sluice/limiter";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { drip, errorOf, rig, window } from "./rig.test-support.js";

describe("a cap on requests in flight", () => {
  it("lets no more out at once, in order of arrival", async () => {
    const { clock, send, sent } = rig({ maxInFlight: 2 });
    let inFlight = 0;
    let most = 0;
    for (let n = 0; n < 6; n += 1) {
      void send(`op${n}`, async () => {
        most = Math.max(most, (inFlight += 1));
        await new Promise<void>((resolve) => clock.setTimer(resolve, 10));
        inFlight -= 1;
      });
    }
    await clock.advance(1000);
    expect(most).toBe(2);
    expect(sent).toEqual([0, 1, 2, 3, 4, 5].map((n) => ({ operation: `op${n}`, atMs: Math.floor(n / 2) * 10 })));
  });

  it("keeps the order of arrival among those who need tokens too", async () => {
    const plenty = { bucket: "plenty", limit: tokenBucket({ refillRate: 1000, burst: 100 }) };
    const operations = Array.from({ length: 8 }, (_, n) => `op${n}`);
    const { clock, send, sent } = rig({
      maxInFlight: 1,
      charges: Object.fromEntries(operations.map((operation) => [operation, [plenty]])),
    });
    for (const operation of operations)
      void send(operation, () => new Promise<void>((resolve) => clock.setTimer(resolve, 10)));
    await clock.advance(1000);
    expect(sent.map(({ operation }) => operation)).toEqual(operations);
  });

  it("costs neither the order of arrival nor throughput where tokens nearly run out too", async () => {
    const scarce = { bucket: "scarce", limit: tokenBucket({ refillRate: 10, burst: 5 }) };
    const { clock, send, sent } = rig({
      maxInFlight: 1,
      charges: Object.fromEntries(Array.from({ length: 60 }, (_, n) => [`op${n}`, [scarce]])),
    });
    for (let n = 0; n < 60; n += 1)
      void send(`op${n}`, () => new Promise<void>((resolve) => clock.setTimer(resolve, 150)));
    await clock.advance(60_000);
    expect(sent).toEqual(Array.from({ length: 60 }, (_, n) => ({ operation: `op${n}`, atMs: n * 150 })));
  });

  it("leaves those who come together asking the store together", async () => {
    const plenty = { bucket: "plenty", limit: tokenBucket({ refillRate: 1000, burst: 100 }) };
    const { ask, asked } = rig({ maxInFlight: 100, charges: { list: [plenty] } });
    await Promise.all(Array.from({ length: 80 }, () => ask("list")));
    expect(asked()).toBe(1);
  });

  it("holds a place for 25 ms at most while the store is asked, and asks once, within the call's time", async () => {
    const asked: unknown[] = [];
    const acquire: Limiter["acquire"] = (_charges, { timeoutMs = 0, priority } = {}) => {
      asked.push([clock.now(), timeoutMs, priority]);
      return new Promise((_, reject) => {
        clock.setTimer(() => reject(new LimitExceededError({ bucket: "slow", retryAfterMs: 1 })), timeoutMs);
      });
    };
    const limiter = { acquire } as unknown as Limiter;
    const { ask, sent, clock } = rig({ maxInFlight: 1, charges: { slow: [drip] }, limiterFor: () => limiter });
    const slow = errorOf(ask({ operation: "slow", deadlineMs: 100, priority: 2 }));
    void ask("free");
    await clock.advance(200);
    expect(await slow).toMatchObject({ code: "LIMIT_EXCEEDED", account: "main" });
    expect(asked).toEqual([[0, 100, 2]]);
    expect(sent).toEqual([{ operation: "free", atMs: 25 }]);
  });

  it("frees the place when the transport fails, synchronously too", async () => {
    const { ask, send } = rig({ maxInFlight: 1 });
    await errorOf(send("free", () => Promise.reject(new Error("no"))));
    await errorOf(
      send("free", () => {
        throw new Error("no");
      }),
    );
    expect(await ask("free")).toBe("answer");
  });

  it("frees the place when a hook further in vetoes", async () => {
    const veto = new Error("veto");
    const inner = [
      {
        name: "veto",
        before: ({ operation }: { operation: string }) => {
          if (operation === "bad") throw veto;
        },
      },
    ];
    const { ask } = rig({ maxInFlight: 1, inner });
    expect(await errorOf(ask("bad"))).toBe(veto);
    expect(await ask("free")).toBe("answer");
  });

  it("counts the wait for a place as a wait", async () => {
    const { clock, open, ask, told } = rig({ maxInFlight: 1 });
    const first = open("free");
    const second = ask("free");
    await clock.advance(30);
    first.end();
    await second;
    expect(told.map(({ waitedMs }) => waitedMs)).toEqual([0, 30]);
  });
});

describe("with places and tokens both scarce", () => {
  it("a method without tokens blocks no other method: nobody holds a place while waiting for tokens", async () => {
    const { clock, ask, sent } = rig({ maxInFlight: 1, charges: { slow: [drip] } });
    await ask("slow");
    for (let n = 0; n < 5; n += 1) void ask("slow");
    await clock.advance(25);
    for (let n = 0; n < 5; n += 1) await ask("free");
    void ask("slow");
    await ask("free");
    expect(clock.now()).toBe(25);
    await clock.advance(1000);
    expect(sent.filter(({ operation }) => operation === "slow").map(({ atMs }) => atMs)).toEqual([
      0, 100, 200, 300, 400, 500, 600,
    ]);
  });

  it("nor does one whose tokens run out while it waits for a place", async () => {
    const { clock, open, send, ask, sent } = rig({ maxInFlight: 1, charges: { slow: [drip] } });
    const first = open("free");
    await clock.advance(1);
    for (let n = 0; n < 3; n += 1) void ask("slow");
    void ask("free");
    void send("free", async () => {});
    await clock.advance(1);
    first.end();
    await clock.advance(25);
    expect(sent.map(({ operation }) => operation)).toEqual(["free", "slow", "free", "free"]);
    await clock.advance(1000);
    expect(sent.filter(({ operation }) => operation === "slow").map(({ atMs }) => atMs)).toEqual([2, 102, 202]);
  });

  it("tokens are not held while waiting for a place, so the provider counts when we do", async () => {
    const { clock, open, ask, sent, limiter } = rig({ maxInFlight: 1, charges: { list: [window] } });
    const blocker = open("free");
    await clock.advance(1);
    for (let n = 0; n < 5; n += 1) void ask("list");
    await clock.advance(900);
    expect(await limiter.peek({ ...window, cost: 0 })).toMatchObject({ remaining: 2 });
    blocker.end();
    await clock.advance(10_000);
    // Tokens taken at 1 would have let the third and fourth out at 1001, 100 ms after the first two.
    expect(sent.filter(({ operation }) => operation === "list").map(({ atMs }) => atMs)).toEqual([
      901, 901, 1901, 1901, 2901,
    ]);
  });

  it("an abort while waiting for a place gives all back, and those behind move up", async () => {
    const { clock, open, ask, sent, limiter } = rig({ maxInFlight: 1, charges: { list: [window] } });
    const blocker = open("free");
    const abort = new AbortController();
    const gone = errorOf(ask({ operation: "list", signal: abort.signal }));
    const next = ask("list");
    await clock.advance(10);
    abort.abort("gone");
    expect(await gone).toBe("gone");
    blocker.end();
    await next;
    expect(sent).toHaveLength(2);
    expect(await limiter.peek({ ...window, cost: 0 })).toMatchObject({ remaining: 1 });
  });

  it("a call whose time ends while it waits for tokens a second time is refused, and holds nothing", async () => {
    const { clock, open, ask, limiter } = rig({ maxInFlight: 1, charges: { slow: [drip] } });
    const blocker = open("free");
    await clock.advance(1);
    const first = ask({ operation: "slow", deadlineMs: 60 });
    const second = errorOf(ask({ operation: "slow", deadlineMs: 60 }));
    await clock.advance(9);
    blocker.end();
    await first;
    expect(await second).toMatchObject({ code: "LIMIT_EXCEEDED", bucket: "drip", account: "main" });
    expect(clock.now()).toBe(10);
    await clock.advance(100);
    expect(await limiter.peek(drip)).toMatchObject({ kind: "allowed" });
    expect(await ask("free")).toBe("answer");
  });

  it("a limiter closed while calls wait for a place fails them as their turn comes", async () => {
    const { clock, open, ask, limiter } = rig({ maxInFlight: 1, charges: { list: [window] } });
    const blocker = open("free");
    const waiting = errorOf(ask("list"));
    await clock.advance(1);
    await limiter.close();
    blocker.end();
    expect(await waiting).toMatchObject({ code: "LIMITER_CLOSED" });
    expect(await ask("free")).toBe("answer");
  });
});

interface Planned {
  readonly atMs: number;
  readonly operation: "windowed" | "dripped" | "both" | "free";
  readonly lastsMs: number;
  readonly abortAfterMs: number | undefined;
  readonly timeoutMs: number | undefined;
  readonly fails: boolean;
}

const planned: fc.Arbitrary<Planned> = fc.record({
  atMs: fc.integer({ min: 0, max: 1500 }),
  operation: fc.constantFrom("windowed", "dripped", "both", "free"),
  lastsMs: fc.integer({ min: 0, max: 300 }),
  abortAfterMs: fc.option(fc.integer({ min: 0, max: 800 }), { nil: undefined, freq: 3 }),
  timeoutMs: fc.option(fc.integer({ min: 1, max: 2000 }), { nil: undefined, freq: 3 }),
  fails: fc.boolean(),
});

describe("whatever calls come, end, fail and are aborted", () => {
  it("no window holds more than its limit, no more are in flight than the cap, and nothing leaks", async () => {
    const property = fc.asyncProperty(
      fc.array(planned, { minLength: 1, maxLength: 25 }),
      fc.integer({ min: 1, max: 3 }),
      async (calls, maxInFlight) => {
        const windowed: Charge = { bucket: "w", limit: slidingWindow({ limit: 3, windowMs: 500 }) };
        const dripped: Charge = { bucket: "d", limit: tokenBucket({ refillRate: 8, burst: 2 }) };
        const charges = { windowed: [windowed], dripped: [dripped], both: [windowed, dripped] };
        const clock = createFakeClock();
        const { send, open, sent, limiter } = rig({ clock, maxInFlight, charges });
        let inFlight = 0;
        let settled = 0;
        for (const { atMs, operation, lastsMs, abortAfterMs, timeoutMs, fails } of calls) {
          clock.setTimer(() => {
            const abort = new AbortController();
            if (abortAfterMs !== undefined) clock.setTimer(() => abort.abort("aborted"), abortAfterMs);
            const transport = async ({ signal }: { signal: AbortSignal }): Promise<void> => {
              inFlight += 1;
              expect(inFlight).toBeLessThanOrEqual(maxInFlight);
              await new Promise<void>((resolve) => {
                clock.setTimer(resolve, lastsMs);
                signal.addEventListener("abort", () => resolve());
              });
              inFlight -= 1;
              if (fails || signal.aborted) throw new Error("failed");
            };
            const deadlineMs = timeoutMs === undefined ? Number.POSITIVE_INFINITY : clock.now() + timeoutMs;
            send({ operation, signal: abort.signal, deadlineMs }, transport)
              .catch(() => {})
              .finally(() => (settled += 1));
          }, atMs);
        }
        await clock.runUntil(() => false, 60_000);
        expect(settled).toBe(calls.length);
        expect(inFlight).toBe(0);

        const atOf = (...operations: string[]): number[] =>
          sent.filter(({ operation }) => operations.includes(operation)).map(({ atMs }) => atMs);
        const inWindow = atOf("windowed", "both");
        for (let n = 3; n < inWindow.length; n += 1)
          expect(Number(inWindow[n]) - Number(inWindow[n - 3])).toBeGreaterThan(500 - 1e-6);
        const drips = atOf("dripped", "both");
        for (let from = 0; from < drips.length; from += 1) {
          for (let to = from + 2; to < drips.length; to += 1) {
            expect(to - from + 1).toBeLessThanOrEqual(
              2 + (8 * (Number(drips[to]) - Number(drips[from]))) / 1000 + 1e-6,
            );
          }
        }

        // Every place is free, and every token back or dripped in again.
        await clock.advance(60_000);
        expect(await limiter.peek({ ...windowed, cost: 3 })).toMatchObject({ kind: "allowed" });
        expect(await limiter.peek({ ...dripped, cost: 2 })).toMatchObject({ kind: "allowed" });
        const before = sent.length;
        const held = Array.from({ length: maxInFlight + 1 }, () => open("free"));
        await clock.advance(1);
        expect(sent.length - before).toBe(maxInFlight);
        for (const { end } of held) {
          end();
          await clock.advance(1);
        }
        await Promise.all(held.map(({ answer }) => answer));
        expect(clock.pending).toBe(0);
      },
    );
    await fc.assert(property, { numRuns: 60 });
  });
});
