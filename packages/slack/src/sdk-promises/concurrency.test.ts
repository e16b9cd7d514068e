import { ErrorCode, WebAPIRequestError } from "@slack/web-api";
import { describe, expect, it } from "vitest";
import { kinds, rejection, token } from "../test-support/clients.test-support.js";
import { inOrder, startServer } from "../test-support/server.test-support.js";

const rapid = { minTimeout: 0, maxTimeout: 1 };

/** A server that answers nobody before so many have come, and some time after that, in which one too many would come. */
async function gate(expected: number): Promise<{ url: string; most: () => number; order: string[] }> {
  let inFlight = 0;
  let most = 0;
  const order: string[] = [];
  const server = await startServer(async ({ name }) => {
    inFlight += 1;
    most = Math.max(most, inFlight);
    order.push(name);
    while (order.length < expected) await new Promise((resolve) => setTimeout(resolve, 5));
    await new Promise((resolve) => setTimeout(resolve, 40));
    inFlight -= 1;
    return {};
  });
  return { url: server.url, most: () => most, order };
}

describe.each(kinds)("%s", (_name, make) => {
  it("has at most 100 requests in flight, unless told otherwise", async () => {
    const { url, most, order } = await gate(100);
    const client = make(token, { slackApiUrl: url });
    await Promise.all(Array.from({ length: 101 }, (_, n) => client.apiCall(`${n}`)));
    expect([most(), order.length]).toEqual([100, 101]);
  });

  it.each([1, 4])(
    "has at most %i in flight when that is the number, and lets them go in order",
    async (maxRequestConcurrency) => {
      const { url, most, order } = await gate(maxRequestConcurrency);
      const client = make(token, { slackApiUrl: url, maxRequestConcurrency });
      const names = Array.from({ length: 6 }, (_, n) => `${n}`);
      await Promise.all(names.map((name) => client.apiCall(name)));
      expect(most()).toBe(maxRequestConcurrency);
      expect(order.map(Number).every((n, place) => Math.abs(n - place) < maxRequestConcurrency)).toBe(true);
    },
  );

  it("fails a request that takes longer than timeout", async () => {
    const server = await startServer(() => ({ action: "hang" }));
    const error = await rejection(
      make(token, { slackApiUrl: server.url, timeout: 1, retryConfig: { retries: 0 } }).apiCall("users.list"),
    );
    expect(error).toBeInstanceOf(WebAPIRequestError);
    expect(error["original"]).toMatchObject({ name: "TimeoutError" });
  });

  it("gives each repetition the whole of timeout", async () => {
    const arrivals: number[] = [];
    const server = await startServer((_request, index) => {
      arrivals.push(performance.now());
      return index < 2 ? { action: "hang" } : {};
    });
    const startedMs = performance.now();
    await make(token, { slackApiUrl: server.url, timeout: 100, retryConfig: rapid }).apiCall("users.list");
    // A machine that stands still may cost one more.
    expect(arrivals.length).toBeGreaterThanOrEqual(3);
    expect((arrivals[2] as number) - startedMs).toBeGreaterThan(100 + 100 - 5);
  });

  it.each([
    ["no answer", { action: "drop" }],
    ["status 500", { status: 500 }],
    ["status 404, which is neither 200 nor 429", { status: 404 }],
  ] as const)("repeats a request after %s when it has a retryConfig", async (_what, failure) => {
    const server = await startServer(inOrder(failure, failure, { body: { ok: true, third: true } }));
    expect(await make(token, { slackApiUrl: server.url, retryConfig: rapid }).apiCall("method")).toMatchObject({
      third: true,
    });
    expect(server.received).toHaveLength(3);
  });

  it("repeats as often as retryConfig says: not at all, or ten times when it does not", async () => {
    for (const [retryConfig, requests] of [
      [{ retries: 0 }, 1],
      [{ ...rapid, retries: 2 }, 3],
      [rapid, 11],
    ] as const) {
      const server = await startServer(() => ({ status: 503 }));
      expect(await rejection(make(token, { slackApiUrl: server.url, retryConfig }).apiCall("method"))).toMatchObject({
        code: ErrorCode.HTTPError,
        statusCode: 503,
      });
      expect(server.received).toHaveLength(requests);
    }
  });

  it("waits between repetitions as retryConfig says", async () => {
    const server = await startServer(() => ({ status: 503 }));
    const startedMs = performance.now();
    await rejection(
      make(token, {
        slackApiUrl: server.url,
        retryConfig: { retries: 3, minTimeout: 20, factor: 30, maxTimeout: 100 },
      }).apiCall("method"),
    );
    const tookMs = performance.now() - startedMs;
    expect(tookMs).toBeGreaterThan(20 + 100 + 100 - 5);
    // Without the longest wait the third would take 18 seconds.
    expect(tookMs).toBeLessThan(10_000);
  });

  it("repeats no refusal that came with status 200", async () => {
    const server = await startServer(() => ({ body: { ok: false, error: "internal_error" } }));
    await rejection(make(token, { slackApiUrl: server.url, retryConfig: rapid }).apiCall("method"));
    expect(server.received).toHaveLength(1);
  });
});
