import { tokenBucket } from "@sluice/limiter";
import type { FleetBucket, FleetSight } from "@sluice/limiter-redis";
import { describe, expect, it } from "vitest";
import { byPressure, frame } from "./frame.js";

function bucket(name: string, more: Partial<FleetBucket> = {}): FleetBucket {
  return {
    key: `sluice:{slack:acme}:t:${name}`,
    scope: "slack:acme",
    bucket: name,
    kind: "tokenBucket",
    limit: tokenBucket({ refillRate: 0.5, burst: 10 }),
    capacity: 10,
    remaining: 10,
    nextMs: 0,
    idleMs: 0,
    grantedPerSecond: 0,
    refusedPerSecond: 0,
    waiting: 0,
    ...more,
  };
}

const stranger = { limit: undefined, capacity: undefined, remaining: undefined, nextMs: undefined, idleMs: 60_000 };
const buckets = [
  bucket("full"),
  bucket("unknown", stranger),
  bucket("half", { remaining: 5, grantedPerSecond: 2.25 }),
  bucket("waited for", { remaining: 0, waiting: 7, nextMs: 2000 }),
  bucket("empty", { remaining: 0, nextMs: 125_000 }),
];
const sight: FleetSight = {
  atMs: Date.UTC(2026, 10, 21, 13, 42, 53),
  processes: [{ name: "1.a", summary: undefined }],
  scopes: [{ scope: "slack:acme", grantedPerSecond: 2.25, refusedPerSecond: 0, waiting: 7, throttled: 3 }],
  buckets,
  breakers: [
    { name: "gitlab", state: "open", leftMs: 61_000, reason: "failure-rate" },
    { name: "slack", state: "closed", leftMs: 0, reason: "forgotten" },
  ],
  scanned: { buckets: 5, complete: false },
};

describe("a frame of top", () => {
  it("has the buckets under most pressure first, and at the end those of which nothing is known", () => {
    expect(byPressure(buckets).map((one) => one.bucket)).toEqual(["waited for", "empty", "half", "full", "unknown"]);
  });

  it("shows all that is asked for", () => {
    expect(frame(sight, { columns: 90, rows: 24 }, false).split("\n")).toEqual([
      "sluice top  2026-11-21 13:42:53 UTC  1 process  5 buckets so far",
      "grants/s 2.3  refused/s 0.0  waiting 7  429s/min 3",
      "429s  slack:acme  3 in the last minute",
      "breakers  1 not closed, 1 closed",
      "  gitlab  open for 1m 1s  (failure-rate)",
      "",
      "BUCKET                                USED          LEFT      RATE  WAIT GRANTS/S    NEXT",
      "slack:acme waited for                 100%          0/10    30/min     7      0.0    2.0s",
      "slack:acme empty                      100%          0/10    30/min            0.0      2m",
      "slack:acme half                        50%          5/10    30/min            2.3",
      "slack:acme full                         0%         10/10    30/min            0.0",
      "slack:acme unknown                       ?    idle in 1m                      0.0",
      "",
    ]);
  });

  it.each([
    [80, 24],
    [40, 10],
    [20, 5],
    [200, 60],
  ])("fits a screen of %d by %d, whatever the names are", (columns, rows) => {
    const many = Array.from({ length: 100 }, (_, index) => bucket(`\u001B[2J${"long ".repeat(20)}${index}`));
    const lines = frame({ ...sight, buckets: many }, { columns, rows }, false)
      .trimEnd()
      .split("\n");
    expect(lines.length).toBeLessThanOrEqual(Math.max(rows, 9));
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(columns);
    expect(lines.join("")).not.toContain("\u001B");
  });

  it("says so when there is nothing", () => {
    const nothing = { ...sight, buckets: [], breakers: [], scopes: [] };
    expect(frame(nothing, { columns: 80, rows: 24 }, false)).toContain("no bucket is in use");
  });

  it("has colours where they are wanted", () => {
    expect(frame(sight, { columns: 80, rows: 24 }, true)).toContain("\u001B[31m");
  });
});
