import { tokenBucket } from "@sluice/limiter";
import { describe, expect, it } from "vitest";
import { decodeSummary, encodeSummary } from "./summary.js";
import { Tally } from "./tally.js";

const limit = tokenBucket({ refillRate: 1, burst: 5 });
const key = (name: string): string => `sluice:{slack:acme}:t:${name}`;

describe("what a process tells of itself", () => {
  it("counts calls between two summaries, and names a bucket for half a minute after", () => {
    const tally = new Tally(0);
    tally.bucket(key("a"), limit, 3, 1);
    tally.scope("slack:acme", 3, 1);
    const counted = tally.sum(1000, []);
    expect(counted).toMatchObject({ intervalMs: 1000, buckets: [{ key: key("a"), granted: 3, refused: 1 }] });
    expect(counted.scopes.get("slack:acme")).toEqual({ granted: 3, refused: 1, waiting: 0, throttled: 0 });
    expect(tally.sum(30_000, []).buckets).toMatchObject([{ key: key("a"), granted: 0, refused: 0 }]);
    tally.sum(32_000, []);
    expect(tally.sum(33_000, []).buckets).toEqual([]);
    expect(tally.silent).toBe(true);
  });

  it("counts who waits once in a scope, and in each bucket waited for", () => {
    const tally = new Tally(0);
    const keys = [key("a"), key("b")].map((one) => [one, limit] as const);
    const { scopes, buckets } = tally.sum(1000, [
      { scope: "slack:acme", keys, count: 2 },
      { scope: "slack:acme", keys: keys.slice(0, 1), count: 3 },
    ]);
    expect(scopes.get("slack:acme")?.waiting).toBe(5);
    expect(buckets.map(({ waiting }) => waiting)).toEqual([5, 2]);
  });

  it("forgets a provider's refusals after a minute", () => {
    const tally = new Tally(0);
    tally.throttled("slack:acme", 1000);
    expect(tally.sum(30_000, []).scopes.get("slack:acme")?.throttled).toBe(1);
    expect(tally.sum(59_000, []).scopes.get("slack:acme")?.throttled).toBe(1);
    expect(tally.sum(71_000, []).scopes.size).toBe(0);
  });

  it("stays small, whatever is asked for", () => {
    const tally = new Tally(0);
    for (let second = 1; second < 40; second += 1) {
      for (let name = 0; name < 5000; name += 1) {
        tally.bucket(key(`${second}-${name}`), limit, 1, 0);
        tally.scope(`scope ${second}-${name}`, 1, 0);
      }
      const summary = tally.sum(second * 1000, []);
      expect(summary.buckets.length).toBeLessThanOrEqual(48);
      expect(summary.scopes.size).toBeLessThanOrEqual(48);
      expect(encodeSummary(summary).length).toBeLessThan(10_000);
    }
  });

  it("is read back as it was written", () => {
    const tally = new Tally(0);
    const kinds = [
      ["t", limit],
      ["l", { kind: "leakyBucket", rate: 2 }],
      ["w", { kind: "slidingWindow", limit: 3, windowMs: 1000 }],
      ["f", { kind: "fixedWindow", limit: 3, windowMs: 1000 }],
      ["s", { kind: "slidingWindowCounter", limit: 3, windowMs: 1000 }],
      ["c", { kind: "concurrency", max: 3, leaseMs: 1000 }],
    ] as const;
    for (const [letter, own] of kinds) tally.bucket(`sluice:{a:b}:${letter}:x`, own, 1, 0);
    tally.scope("a:b", 6, 0);
    const summary = tally.sum(1000, []);
    expect(decodeSummary(encodeSummary(summary), "sluice")).toEqual(summary);
    expect(decodeSummary(encodeSummary(summary), "other")).toBeUndefined();
  });
});
