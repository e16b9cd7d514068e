import { describe, expect, it } from "vitest";
import { manualClock } from "../clock.js";
import { bench, failureOf } from "./simulator.test-support.js";

const namespace = "default";

describe("requests in flight", () => {
  it("are capped, those that read and those that change something apart, and the rest is refused for a second", async () => {
    const caps = { maxRequestsInFlight: 2, maxMutatingRequestsInFlight: 1 };
    // The first three are held until the simulator closes.
    const draws = [0.9, 0.9, 0.9];
    const { core, simulator } = await bench({ ...caps, latencyMs: [0, 60_000], random: () => draws.shift() ?? 0 });
    const read = (by = core): Promise<unknown> => by.listNamespacedPod({ namespace });
    const write = (n: number, by = core): Promise<unknown> =>
      by.createNamespacedConfigMap({ namespace, body: { metadata: { name: `a-${n}` } } });
    for (const held of [read(), read(), write(1)]) held.catch(() => undefined);
    await expect.poll(() => simulator.ledger.count({ accepted: true }), { timeout: 10_000 }).toBe(3);
    expect([(await failureOf(read())).code, (await failureOf(write(2))).code]).toEqual([429, 429]);
    expect(simulator.ledger.throttled().map(({ limit, retryAfterSeconds }) => [limit, retryAfterSeconds])).toEqual([
      ["maxRequestsInFlight", 1],
      ["maxMutatingRequestsInFlight", 1],
    ]);
    // Once answered, a request leaves its place.
    const { core: other } = await bench(caps);
    for (let n = 1; n <= 3; n += 1) {
      await read(other);
      await write(n, other);
    }
  });

  it("are as many as the server's own by default", async () => {
    const { kubernetesLimits } = await import("./generated/published-limits.js");
    expect([kubernetesLimits.maxRequestsInFlight.limit, kubernetesLimits.maxMutatingRequestsInFlight.limit]).toEqual([
      400, 200,
    ]);
  });
});

it("a rate is kept for each user, where there is one", async () => {
  const clock = manualClock();
  const tokens = { one: { user: "first" }, two: { user: "second" } };
  const { coreFor, simulator } = await bench({ clock, limit: { perSecond: 2, burst: 2 }, tokens });
  const [one, two] = [coreFor("one"), coreFor("two")];
  const read = (): Promise<unknown> => one.listNamespacedPod({ namespace });
  await read();
  await read();
  const refused = await failureOf(read());
  expect(refused).toMatchObject({ code: 429, headers: { "retry-after": "1" } });
  expect(Object.keys(refused.headers)).toEqual(
    expect.arrayContaining(["x-kubernetes-pf-flowschema-uid", "x-kubernetes-pf-prioritylevel-uid"]),
  );
  await two.listNamespacedPod({ namespace });
  clock.advance(500);
  await read();
  expect(simulator.ledger.count({ account: "user first", accepted: true })).toBe(3);
});

describe("a token", () => {
  it("must be there and good, and may be for some namespaces only", async () => {
    const tokens = { all: { user: "admin" }, some: { user: "team", namespaces: ["default"] } };
    const { coreFor } = await bench({ tokens });
    await coreFor("all").listNamespace();
    await coreFor("some").listNamespacedPod({ namespace });
    const failures = await Promise.all([
      failureOf(coreFor("other").listNamespace()),
      failureOf(coreFor("some").listNamespacedPod({ namespace: "kube-system" })),
      failureOf(coreFor("some").listNamespace()),
    ]);
    expect(failures.map(({ code }) => code)).toEqual([401, 403, 403]);
  });
});

it("an eviction that a budget forbids has the status of a rate limit, without a time, and evicts nobody", async () => {
  const { core, simulator } = await bench();
  const create = (name: string, annotations: Record<string, string>): Promise<unknown> =>
    core.createNamespacedPod({ namespace, body: { metadata: { name, annotations } } });
  await create("kept", { "simulator/protected": "true" });
  await create("free", {});
  const evict = (name: string): Promise<unknown> =>
    core.createNamespacedPodEviction({ name, namespace, body: { metadata: { name } } });
  const refused = await failureOf(evict("kept"));
  expect(refused).toMatchObject({ code: 429, reason: "TooManyRequests" });
  expect(refused.headers["retry-after"]).toBeUndefined();
  await evict("free");
  expect(simulator.state.objects("pods").map(({ metadata }) => metadata.name)).toEqual(["kept"]);
});

describe("faults and options", () => {
  it("a request may be made to fail by its route", async () => {
    const { core, simulator } = await bench();
    simulator.failNext({
      method: "GET /api/v1/namespaces/{namespace}/pods",
      status: 503,
      headers: { "Retry-After": "2" },
    });
    expect(await failureOf(core.listNamespacedPod({ namespace }))).toMatchObject({ code: 503 });
    await core.listNamespacedPod({ namespace });
  });

  it.each([
    [{ maxRequestsInFlight: 0 }, /maxRequestsInFlight/],
    [{ pods: -1 }, /pods/],
    [{ limit: { perSecond: 0.5 } }, /limit\.perSecond/],
    [{ jobDurationMs: -1 }, /jobDurationMs/],
  ])("%j is refused, naming the option", async (options, message) => {
    await expect(bench(options)).rejects.toThrow(message);
  });
});
