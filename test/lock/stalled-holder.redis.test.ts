import { expect, it } from "vitest";
import type { Guard } from "../src/lock/usergroup-worker.js";
import { startFenceGate } from "./fence-gate.js";
import { startBench } from "./usergroup-support.js";

const LEASE_MS = 400;

/** A holder is frozen between reading and writing until its lease is over and the next one has written; then it goes on. */
async function stall(guard: Guard): Promise<{
  readonly kept: boolean;
  readonly late: boolean;
  readonly failures: readonly string[];
  readonly refused: number;
  readonly fences: readonly [number, number];
}> {
  await using bench = await startBench(2);
  await using gate = await startFenceGate(bench.slack.url);
  const [lateId = "", nextId = ""] = bench.ids;
  const orders = { slackUrl: guard === "fence" ? gate.url : bench.slack.url, leaseMs: LEASE_MS, guard } as const;
  const late = bench.start({ ...orders, members: [lateId], stalls: true });
  // Its own lease is one that no stall of the machine outlasts.
  const next = bench.start({ ...orders, leaseMs: 10_000, members: [nextId] });
  await Promise.all([late.said("ready"), next.said("ready")]);
  late.go();
  const { fence } = await late.said("read");
  late.freeze();
  next.go();
  const after = await next.said("done");
  expect(after.failures).toEqual([]);
  late.go();
  late.thaw();
  const { failures } = await late.said("done");
  const members = bench.members();
  return {
    kept: members.includes(nextId),
    late: members.includes(lateId),
    failures,
    refused: gate.refused,
    fences: [fence, after.fences[0] ?? 0],
  };
}

it("a holder that was stalled past its lease overwrites the next one's work when nothing guards the write", async () => {
  const { kept, late, failures } = await stall("none");
  console.log(`unguarded: the next holder's member ${kept ? "kept" : "lost"}, the stalled one was told ${failures[0]}`);
  expect([kept, late]).toEqual([false, true]);
  // Too late to prevent anything, but it is told.
  expect(failures).toEqual(["LOCK_LOST"]);
}, 60_000);

it("a holder that asks the lock right before it writes learns of the stall, and writes nothing", async () => {
  const { kept, late, failures, fences } = await stall("assert");
  expect([kept, late]).toEqual([true, false]);
  expect(failures).toEqual(["LOCK_LOST"]);
  expect(fences[1]).toBeGreaterThan(fences[0]);
}, 60_000);

it("a call that was given the lock's signal is not sent once the lock is lost", async () => {
  const { kept, late, failures } = await stall("signal");
  expect([kept, late]).toEqual([true, false]);
  expect(failures).toEqual(["LOCK_LOST"]);
}, 60_000);

it("a write with the fence of a stalled holder is refused by whoever remembers the highest", async () => {
  const { kept, late, failures, refused, fences } = await stall("fence");
  console.log(`fenced: ${refused} write with number ${fences[0]} refused after number ${fences[1]}`);
  expect([kept, late]).toEqual([true, false]);
  expect(failures).toEqual(["fence_too_low"]);
  expect(refused).toBe(1);
  expect(fences[1]).toBeGreaterThan(fences[0]);
}, 60_000);
