import { getEventListeners } from "node:events";
import { describe, expect, it } from "vitest";
import { createPlaces } from "./places.js";
import { errorOf } from "./rig.test-support.js";

const { signal } = new AbortController();

describe("places", () => {
  it("are as many as was said, and free again when somebody leaves", () => {
    const places = createPlaces(2);
    expect([places.tryEnter(), places.tryEnter(), places.tryEnter()]).toEqual([true, true, false]);
    places.leave();
    expect([places.tryEnter(), places.tryEnter()]).toEqual([true, false]);
  });

  it("have no end without a cap", async () => {
    const places = createPlaces(Number.POSITIVE_INFINITY);
    for (let n = 0; n < 1000; n += 1) expect(places.tryEnter()).toBe(true);
    await places.enter(signal);
  });

  it("go to whoever has waited longest, and nobody slips in between", async () => {
    const places = createPlaces(1);
    await places.enter(signal);
    const order: string[] = [];
    for (const name of ["first", "second", "third"]) void places.enter(signal).then(() => order.push(name));
    places.leave();
    expect(places.tryEnter()).toBe(false);
    await Promise.resolve();
    expect(order).toEqual(["first"]);
    places.leave();
    places.leave();
    await Promise.resolve();
    expect(order).toEqual(["first", "second", "third"]);
    expect(places.tryEnter()).toBe(false);
    places.leave();
    expect(places.tryEnter()).toBe(true);
  });

  it("are not waited for after an abort: the reason comes at once, and the queue closes up", async () => {
    const places = createPlaces(1);
    places.tryEnter();
    const abort = new AbortController();
    const gone = errorOf(places.enter(abort.signal));
    const next = places.enter(signal);
    abort.abort("gone");
    expect(await gone).toBe("gone");
    expect(await errorOf(places.enter(abort.signal))).toBe("gone");
    places.leave();
    await next;
    places.leave();
    expect(places.tryEnter()).toBe(true);
  });

  it("leave no listener behind", async () => {
    const places = createPlaces(1);
    const abort = new AbortController();
    places.tryEnter();
    const waiting = places.enter(abort.signal);
    expect(getEventListeners(abort.signal, "abort")).toHaveLength(1);
    places.leave();
    await waiting;
    expect(getEventListeners(abort.signal, "abort")).toHaveLength(0);
  });
});
