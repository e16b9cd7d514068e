import { ApiException, CoreV1Api } from "@kubernetes/client-node";
import { createFakeClock } from "@sluice/core/testing";
import { describe, expect, it } from "vitest";
import { client, rejection } from "../test-support/clients.test-support.js";
import { inOrder, type Reply, startServer, statusReply } from "../test-support/server.test-support.js";

/** How long the next caller waits after an answer. Unit: milliseconds. */
async function pauseAfter(reply: Reply, stepMs = 1000): Promise<number> {
  const clock = createFakeClock();
  const server = await startServer(inOrder(reply, {}));
  // Innermost: told of a request when it has its token, by the clock alone, however long it then is on its way.
  const sentMs: number[] = [];
  const hooks = [{ name: "sent", before: () => void sentMs.push(clock.now()) }];
  const options = { clock, hooks, retry: false, timeoutMs: Number.POSITIVE_INFINITY } as const;
  const core = client(server.origin, options).client(CoreV1Api);
  await rejection(core.listNode());
  const startedMs = clock.now();
  const next = core.listNode();
  const isOver = async (patienceMs: number): Promise<boolean> => {
    for (let waitedMs = 0; waitedMs < patienceMs && sentMs.length < 2; waitedMs += 5)
      await new Promise((resolve) => setTimeout(resolve, 5));
    return sentMs.length > 1;
  };
  // Who may go at once is given the time for it.
  let over = await isOver(150);
  while (!over) {
    await clock.advance(stepMs);
    over = await isOver(10);
  }
  await next;
  return Math.round((sentMs[1] ?? Number.NaN) - startedMs);
}

const tooMany = (headers: Readonly<Record<string, string>> = {}): Reply => statusReply(429, "TooManyRequests", headers);
const fairness = { "x-kubernetes-pf-flowschema-uid": "a", "x-kubernetes-pf-prioritylevel-uid": "b" };

describe("what the server says of its load", () => {
  it.each<readonly [string, Reply, number, number]>([
    ["a 429 with a time", tooMany({ "retry-after": "3", ...fairness }), 3000, 4000],
    [
      "a 429 of plain text",
      { status: 429, headers: { "retry-after": "2", "content-type": "text/plain" }, body: "Too many" },
      2000,
      3000,
    ],
    ["a 503 with a time", statusReply(503, "ServiceUnavailable", { "retry-after": "2" }), 2000, 3000],
    ["a 503 without", statusReply(503, "ServiceUnavailable"), 0, 0],
    ["a 500 with a time", statusReply(500, "InternalError", { "retry-after": "2" }), 0, 0],
    ["a 429 with a huge time, up to ten minutes", tooMany({ "retry-after": "999999999" }), 600_000, 640_000],
    ["a 404", statusReply(404, "NotFound", { "retry-after": "5" }), 0, 0],
  ])("%s pauses all callers of the cluster for so long", async (_what, reply, least, most) => {
    const pausedMs = await pauseAfter(reply, least > 60_000 ? 20_000 : 1000);
    expect(pausedMs).toBeGreaterThanOrEqual(least);
    expect(pausedMs).toBeLessThanOrEqual(most);
  });

  it.each(["-5", "abc", "0x10", "1e9", "", "1.5"])("a time of %j is not believed", async (text) => {
    expect(await pauseAfter(tooMany({ "retry-after": text }))).toBeLessThanOrEqual(2000);
  });
});

describe("an eviction that a disruption budget forbids", () => {
  const causes = [{ reason: "DisruptionBudget", message: "The disruption budget needs it" }];
  const forbidden = (headers: Readonly<Record<string, string>> = {}): Reply =>
    statusReply(429, "TooManyRequests", headers, { causes });

  it("pauses nobody, although its status is that of a rate limit", async () => {
    expect(await pauseAfter(forbidden())).toBe(0);
    expect(await pauseAfter(forbidden({ "retry-after": "10" }))).toBe(0);
  });

  it("comes out at once: another try would meet the same budget", async () => {
    const server = await startServer(() => forbidden());
    const core = client(server.origin).client(CoreV1Api);
    const error = await rejection(core.createNamespacedPodEviction({ name: "p", namespace: "ns", body: {} }));
    expect(error).toBeInstanceOf(ApiException);
    expect(error).toMatchObject({ code: 429 });
    expect(server.received).toHaveLength(1);
  });

  it("is tried again when the server knows when", async () => {
    const server = await startServer(inOrder(forbidden({ "retry-after": "0" }), { status: 201 }));
    const core = client(server.origin, { retry: { baseMs: 0 } }).client(CoreV1Api);
    await core.createNamespacedPodEviction({ name: "p", namespace: "ns", body: {} });
    expect(server.received).toHaveLength(2);
  });
});
