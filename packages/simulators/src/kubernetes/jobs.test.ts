import { describe, expect, it } from "vitest";
import { manualClock } from "../clock.js";
import { bench } from "./simulator.test-support.js";

const namespace = "default";
const job = (name: string): { metadata: { name: string } } => ({ metadata: { name } });

describe("a job", () => {
  it("is pending, then active, then complete, by the clock alone", async () => {
    const clock = manualClock();
    const { batch, simulator } = await bench({ clock, jobStartMs: 100, jobDurationMs: 1000 });
    await batch.createNamespacedJob({ namespace, body: job("a") });
    const status = async (): Promise<unknown> => (await batch.readNamespacedJob({ name: "a", namespace })).status;
    expect([await status(), simulator.state.activeJobs()]).toEqual([{}, 1]);
    clock.advance(100);
    expect(await status()).toMatchObject({ active: 1 });
    clock.advance(999);
    expect(await status()).toMatchObject({ active: 1 });
    clock.advance(1);
    expect(await status()).toMatchObject({ succeeded: 1, conditions: [{ type: "Complete", status: "True" }] });
    expect(simulator.state.activeJobs()).toBe(0);
  });

  it("fails where it is told to", async () => {
    const clock = manualClock();
    const { batch } = await bench({ clock, jobFails: (name) => name === "bad" });
    for (const name of ["bad", "good"]) await batch.createNamespacedJob({ namespace, body: job(name) });
    clock.advance(10_000);
    const { items } = await batch.listNamespacedJob({ namespace });
    expect(items.map(({ status }) => [status?.conditions?.[0]?.type, status?.conditions?.[0]?.reason])).toEqual([
      ["Failed", "BackoffLimitExceeded"],
      ["Complete", undefined],
    ]);
  });

  it("stops when it is deleted, and may then be created again", async () => {
    const clock = manualClock();
    const { batch, simulator } = await bench({ clock });
    await batch.createNamespacedJob({ namespace, body: job("a") });
    clock.advance(500);
    await batch.deleteNamespacedJob({ name: "a", namespace, propagationPolicy: "Background" });
    expect(simulator.state.activeJobs()).toBe(0);
    await batch.createNamespacedJob({ namespace, body: job("a") });
    expect([simulator.state.activeJobs(), simulator.state.mostActiveJobs()]).toEqual([1, 1]);
  });
});

it("the most jobs at a time are counted, of all namespaces and of each", async () => {
  const clock = manualClock();
  const { batch, simulator } = await bench({ clock, jobStartMs: 0, jobDurationMs: 1000 });
  for (const [name, where] of [
    ["a", "default"],
    ["b", "default"],
    ["c", "kube-system"],
  ] as const)
    await batch.createNamespacedJob({ namespace: where, body: job(name) });
  clock.advance(1000);
  // At the very end of the others.
  await batch.createNamespacedJob({ namespace, body: job("d") });
  const { mostActiveJobs } = simulator.state;
  expect([mostActiveJobs(), mostActiveJobs("default"), mostActiveJobs("kube-system")]).toEqual([3, 2, 1]);
});
