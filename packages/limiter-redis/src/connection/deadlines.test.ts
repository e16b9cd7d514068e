import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { type Deadline, Deadlines } from "./deadlines.js";

let nowMs = 0;
beforeEach(() => {
  nowMs = 0;
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "setImmediate"] });
  vi.spyOn(performance, "now").mockImplementation(() => nowMs);
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

/** Time in which this process runs. */
function pass(ms: number): void {
  for (let n = 0; n < ms; n += 1) {
    nowMs += 1;
    vi.advanceTimersByTime(1);
  }
}

/** Time in which it does not, and what it does before its timers come. */
function stall<Done>(ms: number, first: () => Done): Done {
  nowMs += ms;
  const done = first();
  vi.advanceTimersByTime(ms);
  return done;
}

function started(deadlines: Deadlines): Deadline & { lateMs: number | undefined } {
  const one = {
    lateMs: undefined as number | undefined,
    end: () => deadline.end(),
    atMs: () => deadline.atMs(),
  };
  const deadline = deadlines.start(() => (one.lateMs = nowMs));
  return one;
}

it("a wait ends after its length, unless it was answered, each at its own time", () => {
  const deadlines = new Deadlines(500, 500);
  const first = started(deadlines);
  pass(100);
  const [answered, second] = [started(deadlines), started(deadlines)];
  pass(300);
  answered.end();
  answered.end();
  pass(400);
  // Two turns later: the fake clock takes a millisecond for each.
  expect([first.lateMs, answered.lateMs, second.lateMs]).toEqual([502, undefined, 602]);
});

it("a stall of this process is not counted against a wait, for it could not ask for the next answer meanwhile", () => {
  const deadlines = new Deadlines(500, 500);
  const one = started(deadlines);
  pass(200);
  // 400 of it after the wait was to end.
  expect(stall(700, one.atMs)).toBe(1300);
  pass(399);
  expect(one.lateMs).toBeUndefined();
  pass(4);
  expect(one.lateMs).toBeDefined();
});

it("a stall gives nothing to who waits for one answer, which is there by then", () => {
  const one = started(new Deadlines(500, 0));
  expect(stall(700, one.atMs)).toBe(500);
  expect(one.lateMs).toBe(700);
});

it("stalls add the length once more at most, however many there are", () => {
  const deadlines = new Deadlines(500, 500);
  const one = started(deadlines);
  stall(900, () => {});
  stall(900, () => {});
  expect(one.lateMs).toBeUndefined();
  stall(900, () => {});
  pass(3);
  expect(one.lateMs).toBeDefined();
});

it("who begins after a stall gets nothing on top, and does not end before those who waited through it", () => {
  const deadlines = new Deadlines(500, 500);
  const first = started(deadlines);
  const second = stall(700, () => started(deadlines));
  expect([first.atMs(), second.atMs()]).toEqual([900, 1200]);
  pass(300);
  expect([first.lateMs === undefined, second.lateMs]).toEqual([false, undefined]);
  pass(203);
  expect(second.lateMs).toBeDefined();
});

it("a stall while nobody waits is forgotten", () => {
  const deadlines = new Deadlines(500, 500);
  started(deadlines).end();
  const one = stall(2000, () => started(deadlines));
  expect(one.atMs()).toBe(2500);
});
