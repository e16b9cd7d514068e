import { describe, expect, it } from "vitest";
import { manualClock } from "../clock.js";
import { bench, errorOf } from "./simulator.test-support.js";

describe("failNext", () => {
  it("answers the next request with the given status, headers and body, and no other", async () => {
    const { simulator, post } = await bench();
    simulator.failNext({ status: 503, headers: { "X-Why": "test" }, body: { ok: false, error: "down" } });
    const failed = await post("api.test");
    expect([failed.status, failed.headers.get("x-why"), await failed.json()]).toEqual([
      503,
      "test",
      { ok: false, error: "down" },
    ]);
    expect((await post("api.test")).status).toBe(200);
  });

  it("waits for its method and strikes as often as asked", async () => {
    const { simulator, client, post } = await bench();
    simulator.failNext({ method: "users.list", times: 2, status: 500, body: "oops" });
    expect(await client.auth.test()).toMatchObject({ ok: true });
    await expect(client.users.list({})).rejects.toMatchObject({ code: "slack_webapi_http_error", statusCode: 500 });
    expect(await (await post("users.list", "token=xoxb-1")).text()).toBe("oops");
    expect(await client.users.list({})).toMatchObject({ ok: true });
  });

  it("can pretend a refusal, which counts against no limit", async () => {
    const { simulator, client } = await bench();
    simulator.failNext({ status: 429, headers: { "retry-after": "17" } });
    await expect(client.users.list({})).rejects.toMatchObject({ retryAfter: 17 });
    expect(simulator.ledger.throttled()).toMatchObject([{ retryAfterSeconds: 17, accepted: false }]);
  });

  it("can refuse a body where the status forbids one", async () => {
    const { simulator, post } = await bench();
    simulator.failNext({ status: 204 });
    const answer = await post("api.test");
    expect([answer.status, await answer.text()]).toEqual([204, ""]);
  });

  it("drops the connection without an answer, and without effect", async () => {
    const { simulator, client } = await bench();
    simulator.failNext({ action: "drop" });
    expect(await errorOf(client.usergroups.create({ name: "lost" }))).toContain("request error");
    expect(simulator.state.workspace().usergroups.size).toBe(0);
    expect(simulator.ledger.entries()[0]).not.toHaveProperty("status");
    expect(simulator.ledger.entries()[0]?.accepted).toBe(false);
  });

  it("drops the connection after the effect when asked to process first", async () => {
    const { simulator, client } = await bench();
    simulator.failNext({ action: "drop", processed: true });
    await expect(client.usergroups.create({ name: "made" })).rejects.toThrow();
    expect(simulator.state.workspace().usergroups.size).toBe(1);
    expect(simulator.ledger.entries()[0]?.accepted).toBe(true);
  });

  it("answers an error after the effect when asked to process first", async () => {
    const { simulator, client } = await bench();
    simulator.failNext({ status: 500, processed: true });
    await expect(client.usergroups.create({ name: "made" })).rejects.toMatchObject({ statusCode: 500 });
    expect(simulator.state.workspace().usergroups.size).toBe(1);
  });

  it("hangs until the caller gives up", async () => {
    const { simulator, clientFor } = await bench();
    simulator.failNext({ action: "hang", times: 100 });
    const hasty = clientFor("xoxb-1", { timeout: 100 });
    // A busy machine may give up before its request has arrived.
    do {
      await expect(hasty.users.list({})).rejects.toThrow(/timeout|aborted/);
    } while (simulator.ledger.count() === 0);
    expect(simulator.ledger.entries()[0]).not.toHaveProperty("status");
  });

  it("truncates the body of a real answer", async () => {
    const { simulator, post } = await bench();
    simulator.failNext({ action: "truncate" });
    const answer = await post("users.list", "token=xoxb-1");
    expect(answer.status).toBe(200);
    expect(Number(answer.headers.get("content-length"))).toBeGreaterThan(0);
    await expect(answer.text()).rejects.toThrow("terminated");
    expect(simulator.ledger.entries()[0]).toMatchObject({ status: 200, accepted: true });
  });

  it("trickles the body in pieces and loses none", async () => {
    const { simulator, client } = await bench();
    simulator.failNext({ action: "trickle", pauseMs: 15 });
    const before = performance.now();
    expect((await client.users.list({})).members).toHaveLength(25);
    expect(performance.now() - before).toBeGreaterThan(100);
  });

  it("survives a caller that hangs up while its answer is held back or trickles", async () => {
    const { simulator, clientFor, client } = await bench({ latencyMs: 40 });
    const hasty = clientFor("xoxb-1", { timeout: 20 });
    simulator.failNext({ action: "truncate" });
    await expect(hasty.users.list({})).rejects.toThrow(/timeout|aborted/);
    simulator.failNext({ action: "trickle", pauseMs: 15 });
    const slower = clientFor("xoxb-1", { timeout: 100 });
    await expect(slower.users.list({})).rejects.toThrow(/timeout|aborted/);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(await client.auth.test()).toMatchObject({ ok: true });
  });

  it("strikes the upload of bytes under the name upload", async () => {
    const { simulator, client } = await bench();
    simulator.failNext({ method: "upload", status: 500 });
    await expect(client.filesUploadV2({ content: "x", filename: "a.txt" })).rejects.toMatchObject({ statusCode: 500 });
    expect(simulator.state.workspace().files.get("F0000001")?.stage).toBe("announced");
  });

  it("can be taken back", async () => {
    const { simulator, client } = await bench();
    simulator.failNext({ status: 500, times: 9 });
    simulator.clearFaults();
    expect(await client.auth.test()).toMatchObject({ ok: true });
  });
});

describe("latency", () => {
  it("holds every answer back, drawn from the given source of chance", async () => {
    const { client } = await bench({ latencyMs: [0, 200], random: () => 0.5 });
    const before = performance.now();
    await client.auth.test();
    expect(performance.now() - before).toBeGreaterThanOrEqual(99);
  });

  it("does not delay the decision", async () => {
    const { client, simulator } = await bench({ latencyMs: 50, clock: manualClock(), limits: { "users.list": 1 } });
    await Promise.allSettled([client.users.list({}), client.users.list({})]);
    expect(simulator.ledger.entries().map(({ atMs }) => atMs)).toEqual([0, 0]);
    expect(simulator.ledger.throttled()).toHaveLength(1);
  });
});
