import { DeadlineExceededError, LimitExceededError } from "@sluice/core";
import { createFakeClock } from "@sluice/core/testing";
import { describe, expect, it } from "vitest";
import { createFailureBackoff } from "./failure-backoff.js";

const fail = (): Promise<never> => Promise.reject(new Error("down"));

describe("what has failed", () => {
  it("is not tried again for a period that grows with each failure, and the error says what is left of it", async () => {
    const clock = createFakeClock();
    const backoff = createFailureBackoff({ baseMs: 100, maxMs: 350, clock });
    const periods: number[] = [];
    for (let n = 0; n < 4; n += 1) {
      await expect(backoff.run("job", fail)).rejects.toThrow("down");
      await clock.advance(30);
      const refused = await backoff.run("job", fail).catch((error: unknown) => error);
      expect(refused).toMatchObject({ code: "BACKING_OFF", failures: n + 1 });
      const { retryAfterMs } = refused as { retryAfterMs: number };
      periods.push(retryAfterMs + 30);
      await clock.advance(retryAfterMs);
    }
    expect(periods).toEqual([100, 200, 350, 350]);
  });

  it("is forgiven by a success, and is nobody else's fault", async () => {
    const clock = createFakeClock();
    const backoff = createFailureBackoff({ baseMs: 100, clock });
    await expect(backoff.run("job", fail)).rejects.toThrow("down");
    expect(await backoff.run("other", () => "fine")).toBe("fine");
    await clock.advance(100);
    expect(await backoff.run("job", () => "fine")).toBe("fine");
    await expect(backoff.run("job", fail)).rejects.toThrow("down");
    await clock.advance(100);
    expect(() => backoff.check("job")).not.toThrow();
  });

  it("was tried: refusals of our own and aborts count for nothing", async () => {
    const backoff = createFailureBackoff({ clock: createFakeClock() });
    const refused = (): never => {
      throw new LimitExceededError({ bucket: "b", retryAfterMs: 5 });
    };
    await expect(backoff.run("job", refused)).rejects.toMatchObject({ code: "LIMIT_EXCEEDED" });
    const signal = AbortSignal.abort(new Error("gone"));
    await expect(backoff.run("job", fail, { signal })).rejects.toThrow("down");
    expect(() => backoff.check("job")).not.toThrow();
  });

  it("keeps to a period the failure came with, within the longest", async () => {
    const clock = createFakeClock();
    const backoff = createFailureBackoff({ baseMs: 100, maxMs: 5000, clock });
    backoff.failed("job", 2000);
    await clock.advance(1999);
    expect(() => backoff.check("job")).toThrow(expect.objectContaining({ retryAfterMs: 1 }));
    await clock.advance(1);
    backoff.failed("job", 1e9);
    expect(() => backoff.check("job")).toThrow(expect.objectContaining({ retryAfterMs: 5000 }));
    backoff.clear();
    expect(() => backoff.check("job")).not.toThrow();
  });

  it("is forgotten one by one, or all at once", () => {
    const backoff = createFailureBackoff({ clock: createFakeClock() });
    for (const key of ["a", "b", "c"]) backoff.failed(key);
    backoff.clear("a");
    expect(() => backoff.check("a")).not.toThrow();
    expect(() => backoff.check("b")).toThrow();
    backoff.clear();
    for (const key of ["b", "c"]) expect(() => backoff.check(key)).not.toThrow();
  });

  it("is left alone for a minute at most, or for the first period where that is longer", async () => {
    const clock = createFakeClock();
    const [usual, long] = [createFailureBackoff({ clock }), createFailureBackoff({ clock, baseMs: 90_000 })];
    for (let n = 0; n < 10; n += 1) usual.failed("job");
    long.failed("job");
    long.failed("job");
    expect(() => usual.check("job")).toThrow(expect.objectContaining({ retryAfterMs: 60_000 }));
    expect(() => long.check("job")).toThrow(expect.objectContaining({ retryAfterMs: 90_000 }));
  });

  it("counts an error of our own that was not a refusal", async () => {
    const backoff = createFailureBackoff({ clock: createFakeClock() });
    const timedOut = (): never => {
      throw new DeadlineExceededError("o", 5);
    };
    await expect(backoff.run("job", timedOut)).rejects.toMatchObject({ code: "DEADLINE_EXCEEDED" });
    expect(() => backoff.check("job")).toThrow(expect.objectContaining({ failures: 1 }));
  });

  it("is remembered for so many keys, and names in errors are cut and on one line", () => {
    const backoff = createFailureBackoff({ maxKeys: 3, clock: createFakeClock() });
    for (const key of ["a", "b", "c", "d"]) backoff.failed(key);
    expect(() => backoff.check("a")).not.toThrow();
    expect(() => backoff.check("b")).toThrow();
    backoff.failed(`x\r\n${"y".repeat(5000)}`);
    try {
      backoff.check(`x\r\n${"y".repeat(5000)}`);
    } catch (error) {
      expect((error as Error).message.length).toBeLessThan(400);
      expect((error as Error).message).not.toMatch(/[\r\n]/);
    }
  });

  for (const [option, value] of [
    ["baseMs", 0],
    ["maxMs", 1],
    ["factor", 0.5],
    ["maxKeys", 0],
  ] as const) {
    it(`a bad ${option} is refused by name`, () => {
      expect(() => createFailureBackoff({ [option]: value })).toThrow(expect.objectContaining({ option }));
    });
  }
});
