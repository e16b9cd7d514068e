import { LimitExceededError } from "@sluice/core";
import { createFakeClock, type FakeClock } from "@sluice/core/testing";
import { beforeEach, describe, expect, it, vi } from "vitest";
import type { Breaker, BreakerEvent, BreakerState } from "./breaker.js";
import { createBreaker } from "./create-breaker.js";
import { memoryBreakerStore } from "./memory-breaker-store.js";
import type { BreakerOptions } from "./options.js";

let clock: FakeClock;
let events: BreakerEvent[];
beforeEach(() => {
  clock = createFakeClock();
  events = [];
});

const make = (options: Partial<BreakerOptions> = {}): Breaker =>
  createBreaker({ name: "billing", clock, onEvent: (event) => events.push(event), ...options });
const succeed = (breaker: Breaker): Promise<string> => breaker.run(async () => "answer");
const broken = new Error("broken");
const fail = (breaker: Breaker): Promise<unknown> =>
  breaker.run(() => Promise.reject(broken)).catch((error: unknown) => error);

describe("a breaker moves", () => {
  /** One letter a step: s a success, f a failure, x a refused call, w 1000 ms pass, o c i are forced, r resets, u an undecided call. */
  const rows: [what: string, steps: string, states: BreakerState][] = [
    ["closed stays closed while calls succeed", "ssssssssss", "closed"],
    ["four failures in a row are not enough", "ffff", "closed"],
    ["five failures in a row open it", "fffff", "open"],
    ["a success in between begins the row anew", "ffffsffff", "closed"],
    ["half of ten calls open it", "sfsfsfsfsf", "open"],
    ["below half it stays closed", "sfsfsfsfss", "closed"],
    ["nine calls say nothing yet", "fsfsfsfsf", "closed"],
    ["failures leave the window", "fsfsfsfsfwwwwwwwwwwwsfsf", "closed"],
    ["open refuses until its time is over", "fffffxwwwwx", "open"],
    ["half-open after five seconds, with nobody calling", "fffffwwwww", "half-open"],
    ["a success half-open closes it", "fffffwwwwws", "closed"],
    ["a failure half-open opens it again", "fffffwwwwwf", "open"],
    ["and after its time it is half-open again", "fffffwwwwwfwwwww", "half-open"],
    ["an undecided probe decides nothing", "fffffwwwwwu", "half-open"],
    ["counts begin anew after closing", "fffffwwwwwsffff", "closed"],
    ["forced open", "ox", "open"],
    ["forced open ends like any other", "owwwww", "half-open"],
    ["forced closed from open", "fffffcs", "closed"],
    ["isolated refuses for ever", "iwwwwwwwwwwwwwwwwwwwwx", "isolated"],
    ["isolated until it is forced closed", "ixcs", "closed"],
    ["isolated, then forced open, then time", "ixowwwwws", "closed"],
    ["a reset closes it and forgets the row", "ffffrffff", "closed"],
    ["a reset ends an isolation", "irs", "closed"],
    ["undecided calls count as nothing", "ffffuuuuuuuuuf", "open"],
  ];

  it.each(rows)("%s (%s)", async (_, steps, state) => {
    const breaker = make();
    const step: Record<string, () => Promise<unknown>> = {
      s: async () => expect(await succeed(breaker)).toBe("answer"),
      f: async () => expect(await fail(breaker)).toBe(broken),
      u: () => breaker.run(() => Promise.reject(new DOMException("stop", "AbortError"))).catch(() => {}),
      x: async () => expect(await fail(breaker)).toMatchObject({ code: "CIRCUIT_OPEN", breaker: "billing" }),
      w: () => clock.advance(1000),
      o: () => breaker.force("open"),
      c: () => breaker.force("closed"),
      i: () => breaker.force("isolated"),
      r: () => breaker.reset(),
    };
    for (const letter of steps) await step[letter]?.();
    expect(breaker.state()).toBe(state);
    await breaker.close();
  });

  it("and tells each change once, with what it came from and why", async () => {
    const breaker = make();
    for (let n = 0; n < 5; n += 1) await fail(breaker);
    await clock.advance(5000);
    await fail(breaker);
    await clock.advance(5000);
    await succeed(breaker);
    await breaker.force("isolated");
    await breaker.reset();
    expect(events.map(({ from, to, reason }) => `${from} > ${to}: ${reason}`)).toEqual([
      "closed > open: consecutive-failures",
      "open > half-open: time-over",
      "half-open > open: probe-failed",
      "open > half-open: time-over",
      "half-open > closed: probe-succeeded",
      "closed > isolated: forced",
      "isolated > closed: reset",
    ]);
    expect(events[1]).toEqual({
      type: "breaker",
      name: "billing",
      from: "open",
      to: "half-open",
      reason: "time-over",
      atMs: Date.UTC(2026, 0, 1) + 5000,
    });
  });
});

describe("while open", () => {
  it("the task is not begun, and the error says which breaker, how it stands and when to come back", async () => {
    const breaker = make();
    for (let n = 0; n < 5; n += 1) await fail(breaker);
    await clock.advance(1500);
    const task = vi.fn(async () => "answer");
    await expect(breaker.run(task)).rejects.toMatchObject({
      name: "CircuitOpenError",
      code: "CIRCUIT_OPEN",
      breaker: "billing",
      state: "open",
      retryAfterMs: 3500,
      message: "Breaker billing is open, the call was not made: retry after 3500 ms",
    });
    expect(task).not.toHaveBeenCalled();
  });

  it("an isolation without an end says so", async () => {
    const breaker = make();
    await breaker.force("isolated");
    await expect(succeed(breaker)).rejects.toMatchObject({
      retryAfterMs: Number.POSITIVE_INFINITY,
      message: "Breaker billing is isolated, the call was not made: until it is closed by hand",
    });
  });

  it("a state forced for a time ends with it", async () => {
    const breaker = make();
    await breaker.force("isolated", { forMs: 60_000 });
    await clock.advance(59_999);
    expect(await breaker.refresh()).toEqual({ state: "isolated", retryAfterMs: 1 });
    await clock.advance(1);
    expect(await breaker.refresh()).toEqual({ state: "half-open", retryAfterMs: 0 });
  });
});

describe("half-open", () => {
  it("one of many calls goes, the rest are refused at once and told when its lease ends", async () => {
    const breaker = make();
    await breaker.force("open");
    await clock.advance(5000);
    let finish: (value: string) => void = () => {};
    const probe = breaker.run(() => new Promise<string>((resolve) => (finish = resolve)));
    const others = await Promise.allSettled(Array.from({ length: 50 }, () => succeed(breaker)));
    for (const other of others) {
      expect(other).toMatchObject({ reason: { code: "CIRCUIT_OPEN", state: "half-open", retryAfterMs: 10_000 } });
    }
    finish("works");
    expect(await probe).toBe("works");
    expect(await succeed(breaker)).toBe("answer");
  });

  it("an aborted probe rejects with the caller's reason and gives its place to the next call", async () => {
    const breaker = make();
    await breaker.force("open");
    await clock.advance(5000);
    const controller = new AbortController();
    const reason = new Error("changed my mind");
    const probe = breaker.run(
      (signal) => new Promise((_, reject) => signal?.addEventListener("abort", () => reject(signal.reason as Error))),
      { signal: controller.signal },
    );
    await clock.advance(1);
    controller.abort(reason);
    await expect(probe).rejects.toBe(reason);
    expect(breaker.state()).toBe("half-open");
    expect(await succeed(breaker)).toBe("answer");
    expect(breaker.state()).toBe("closed");
  });

  it("a probe that never ends holds its place no longer than its lease", async () => {
    const breaker = make({ probeLeaseMs: 2000 });
    await breaker.force("open");
    await clock.advance(5000);
    void breaker.run(() => new Promise(() => {}));
    await clock.advance(1999);
    expect(await fail(breaker)).toMatchObject({ code: "CIRCUIT_OPEN", retryAfterMs: 1 });
    await clock.advance(1);
    expect(await succeed(breaker)).toBe("answer");
  });
});

describe("what counts", () => {
  const timedOut = AbortSignal.abort(new DOMException("late", "TimeoutError"));
  it.each<[string, unknown, boolean]>([
    ["any error", new Error("x"), true],
    ["a rejection that is no error", "x", true],
    ["a timeout", timedOut.reason, true],
    ["an abort", new DOMException("stop", "AbortError"), false],
    ["a limit's refusal", new LimitExceededError({ bucket: "b", retryAfterMs: 1 }), false],
  ])("%s: %s counts: %s", async (_, error, counts) => {
    const breaker = make();
    // A task may reject with anything.
    for (let n = 0; n < 5; n += 1) await breaker.run(() => Promise.reject(error as Error)).catch(() => {});
    expect(breaker.state()).toBe(counts ? "open" : "closed");
  });

  it("an abort by the caller counts as nothing, and a signal whose time ran out as a failure, whatever the task throws", async () => {
    for (const [reason, state] of [
      [new Error("mine"), "closed"],
      [new DOMException("late", "TimeoutError"), "open"],
    ] as const) {
      const breaker = make();
      for (let n = 0; n < 5; n += 1) {
        const controller = new AbortController();
        const task = async (): Promise<never> => {
          controller.abort(reason);
          throw new Error("socket closed");
        };
        await breaker.run(task, { signal: controller.signal }).catch(() => {});
      }
      expect(breaker.state(), reason.message).toBe(state);
    }
  });

  it("a rule of one's own decides, for results too; when it throws, the default rule does", async () => {
    const breaker = make({ isFailure: (settled) => settled.ok && settled.result === "sorry" });
    for (let n = 0; n < 5; n += 1) expect(await breaker.run(async () => "sorry")).toBe("sorry");
    expect(breaker.state()).toBe("open");

    const warned = vi.spyOn(process, "emitWarning").mockImplementation(() => {});
    const mistaken = make({
      isFailure: () => {
        throw new Error("oops");
      },
    });
    expect(await succeed(mistaken)).toBe("answer");
    for (let n = 0; n < 5; n += 1) expect(await fail(mistaken)).toBe(broken);
    expect(mistaken.state()).toBe("open");
    expect(warned).toHaveBeenCalledOnce();
    warned.mockRestore();
  });

  it("calls that began before the last change say nothing", async () => {
    const breaker = make();
    const rejects: ((error: Error) => void)[] = [];
    const slow = Array.from({ length: 20 }, () =>
      breaker.run(() => new Promise((_, reject) => rejects.push(reject))).catch(() => {}),
    );
    for (let n = 0; n < 5; n += 1) await fail(breaker);
    await breaker.reset();
    for (const reject of rejects) reject(broken);
    await Promise.all(slow);
    expect(breaker.state()).toBe("closed");
  });
});

describe("in the process", () => {
  it("a listener that throws affects no call", async () => {
    const warned = vi.spyOn(process, "emitWarning").mockImplementation(() => {});
    const breaker = make({
      onEvent: () => {
        throw new Error("listener");
      },
    });
    for (let n = 0; n < 5; n += 1) expect(await fail(breaker)).toBe(broken);
    expect(breaker.state()).toBe("open");
    await clock.advance(5000);
    expect(await succeed(breaker)).toBe("answer");
    expect(warned).toHaveBeenCalledOnce();
    warned.mockRestore();
  });

  it("two breakers of one name and store are one", async () => {
    const store = memoryBreakerStore({ clock });
    const [one, two] = [make({ store }), make({ store })];
    await succeed(two);
    for (let n = 0; n < 5; n += 1) await fail(one);
    expect([one.state(), two.state()]).toEqual(["open", "open"]);
    await expect(succeed(two)).rejects.toMatchObject({ code: "CIRCUIT_OPEN" });
    expect(events).toHaveLength(2);
  });

  it("close leaves no timer and no listener, and later calls are refused", async () => {
    const breaker = make();
    await breaker.force("open");
    expect(clock.pending).toBe(1);
    await breaker.close();
    expect(clock.pending).toBe(0);
    await expect(succeed(breaker)).rejects.toMatchObject({ code: "LIMITER_CLOSED" });
    await expect(breaker.force("closed")).rejects.toMatchObject({ code: "LIMITER_CLOSED" });
  });

  it("an aborted signal begins nothing", async () => {
    const reason = new Error("gone");
    const task = vi.fn(async () => "answer");
    await expect(make().run(task, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    expect(task).not.toHaveBeenCalled();
  });
});
