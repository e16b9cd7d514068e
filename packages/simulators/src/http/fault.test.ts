import { describe, expect, it } from "vitest";
import { jsonAnswer } from "./answer.js";
import { type Fault, faultQueue, faultyAnswer, isProcessed } from "./fault.js";

describe("a fault queue", () => {
  it("strikes once unless told otherwise", () => {
    const queue = faultQueue();
    queue.add({ status: 500 });
    expect(queue.take("users.list")).toEqual({ status: 500 });
    expect(queue.take("users.list")).toBeUndefined();
  });

  it("lets a fault wait for its method while others pass", () => {
    const queue = faultQueue();
    queue.add({ method: "users.list", status: 500, times: 2 });
    expect(queue.take("auth.test")).toBeUndefined();
    expect(queue.take("users.list")).toBeDefined();
    expect(queue.take("users.list")).toBeDefined();
    expect(queue.take("users.list")).toBeUndefined();
  });

  it("strikes in the order in which faults were added", () => {
    const queue = faultQueue();
    queue.add({ status: 500 });
    queue.add({ status: 503 });
    expect([queue.take("a")?.status, queue.take("a")?.status]).toEqual([500, 503]);
  });

  it("forgets all when cleared", () => {
    const queue = faultQueue();
    queue.add({ status: 500, times: 9 });
    queue.clear();
    expect(queue.take("a")).toBeUndefined();
  });

  it("refuses faults that make no sense", () => {
    const queue = faultQueue();
    expect(() => queue.add({ times: 0 })).toThrow("times must be a whole number >= 1, got 0");
    expect(() => queue.add({ status: 99 })).toThrow("status must be a whole number from 200 to 599, got 99");
    expect(() => queue.add({ action: "explode" as "drop" })).toThrow("action must be one of drop, hang");
  });

  const circular: Record<string, unknown> = {};
  circular["own"] = circular;
  it.each<[fault: unknown, complaint: string]>([
    [null, "fault must be an object, got null"],
    [undefined, "fault must be an object, got undefined"],
    ["drop", 'fault must be an object, got "drop"'],
    [[{}], "fault must be an object, got an array"],
    [{ method: 5 }, "method must be a text, got 5"],
    [{ processed: "no" }, 'processed must be true or false, got "no"'],
    [{ headers: null }, "headers must be an object of names and texts, got null"],
    [{ headers: [["a", "b"]] }, "headers must be an object of names and texts, got an array"],
    [{ headers: new Headers({ a: "b" }) }, "headers must be an object of names and texts, got an object"],
    [{ headers: { "bad header": "x" } }, 'headers must be named by letters, digits and hyphens, got "bad header"'],
    [{ headers: { "": "x" } }, 'headers must be named by letters, digits and hyphens, got ""'],
    [{ headers: { "x\r\ny": "x" } }, String.raw`headers must be named by letters, digits and hyphens, got "x\r\ny"`],
    [{ headers: { ok: "1", a: "b\nc" } }, String.raw`headers["a"] must be one line of Latin characters, got "b\nc"`],
    [{ headers: { a: "✓" } }, 'headers["a"] must be one line of Latin characters, got "✓"'],
    [{ headers: { a: undefined } }, 'headers["a"] must be one line of Latin characters, got undefined'],
    [{ body: 5 }, "body must be a text, or an object that can be written as JSON, got 5"],
    [{ body: circular }, "body must be a text, or an object that can be written as JSON, got an object"],
    [{ body: { a: 1n } }, "body must be a text, or an object that can be written as JSON, got an object"],
  ])("refuses %o, names the field, and keeps nothing of it", (fault, complaint) => {
    const queue = faultQueue();
    expect(() => queue.add(fault as Fault)).toThrow(new RangeError(complaint));
    expect(queue.take("users.list")).toBeUndefined();
  });

  it("takes headers and bodies of every kind that can be sent", () => {
    const queue = faultQueue();
    const faults: Fault[] = [
      { headers: { "Retry-After": "", "x-a_b.c!": "größe\t1", n: 1 as unknown as string } },
      { body: "" },
      { body: {} },
    ];
    for (const fault of faults) queue.add(fault);
    expect(faults.map(() => queue.take("a"))).toEqual(faults);
  });
});

describe("a faulty answer", () => {
  it("is an internal error of status 500 by default", () => {
    const answer = faultyAnswer({}, undefined);
    expect([answer.status, answer.body]).toEqual([500, '{"ok":false,"error":"internal_error"}']);
  });

  it("carries the status, headers and body given", () => {
    const answer = faultyAnswer({ status: 429, headers: { "Retry-After": "7" }, body: { ok: false } }, undefined);
    expect(answer.status).toBe(429);
    expect(answer.headers["retry-after"]).toBe("7");
    expect(answer.body).toBe('{"ok":false}');
    expect(faultyAnswer({ body: "<html>" }, undefined).body).toBe("<html>");
  });

  it("keeps what it does not change of a real answer", () => {
    const answer = faultyAnswer({ status: 502 }, jsonAnswer({ ok: true }));
    expect([answer.status, answer.body]).toEqual([502, '{"ok":true}']);
  });
});

describe("a struck request", () => {
  it("is processed when only the way its answer is sent goes wrong", () => {
    expect(isProcessed({ action: "truncate" })).toBe(true);
    expect(isProcessed({ action: "trickle" })).toBe(true);
    expect(isProcessed({ action: "trickle", body: "x" })).toBe(false);
    expect(isProcessed({ action: "drop" })).toBe(false);
    expect(isProcessed({ action: "hang" })).toBe(false);
    expect(isProcessed({ status: 500 })).toBe(false);
    expect(isProcessed({ action: "drop", processed: true })).toBe(true);
  });
});
