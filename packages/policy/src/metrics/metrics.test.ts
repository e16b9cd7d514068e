import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MetricsBook } from "./metrics.js";
import { TopList } from "./top-list.js";

describe("metrics", () => {
  it("count decisions as a whole and by policy, with what was left", () => {
    const book = new MetricsBook();
    book.decided({ user: "alice" }, true, 8);
    book.judged("per-user", "allowed", 8, { user: "alice" });
    book.decided({ user: "alice", ip: "192.0.2.1", endpoint: "GET /" }, false, 0);
    book.judged("per-user", "denied", 0, { user: "alice", ip: "192.0.2.1", endpoint: "GET /" });
    book.judged("emergency", "shadow-denied", 0, { ip: "192.0.2.1" });
    expect(book.read()).toMatchObject({ total: 2, allowed: 1, denied: 1, shadowDenied: 1, averageRemaining: 4 });
    expect(book.read("per-user")).toMatchObject({ total: 2, hitRate: 0.5 });
    expect(book.read("per-user").violations).toEqual({
      user: [{ name: "alice", count: 1, error: 0 }],
      ip: [{ name: "192.0.2.1", count: 1, error: 0 }],
      endpoint: [{ name: "GET /", count: 1, error: 0 }],
    });
    expect(book.read("emergency")).toMatchObject({ total: 1, denied: 0, shadowDenied: 1, hitRate: 1 });
    book.reset("per-user");
    expect(book.read("per-user").total).toBe(0);
    expect(book.read().total).toBe(2);
    book.reset();
    expect(book.read()).toMatchObject({ total: 0, hitRate: 0, averageRemaining: 0 });
  });

  it("a top list is bounded, and never counts too low", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 30 }), { maxLength: 500 }), (stream) => {
        const list = new TopList(10);
        const exact = new Map<string, number>();
        for (const number of stream) {
          list.add(String(number));
          exact.set(String(number), (exact.get(String(number)) ?? 0) + 1);
        }
        const shown = list.top(100);
        expect(shown.length).toBeLessThanOrEqual(10);
        for (const { name, count, error } of shown) {
          expect(count).toBeGreaterThanOrEqual(exact.get(name) ?? 0);
          expect(count - error).toBeLessThanOrEqual(exact.get(name) ?? 0);
        }
        // Whoever makes more than a tenth of the stream is on the list.
        for (const [name, count] of exact) {
          if (count > stream.length / 10) expect(shown.map((entry) => entry.name)).toContain(name);
        }
      }),
    );
  });
});
