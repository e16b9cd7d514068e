import { ErrorCode, WebAPIRateLimitedError, WebClientEvent } from "@slack/web-api";
import { describe, expect, it, vi } from "vitest";
import { kinds, newWorkspace, rejection, token } from "../test-support/clients.test-support.js";
import { inOrder, type LocalServer, type Reply, startServer } from "../test-support/server.test-support.js";

const refused = (retryAfter?: string): Reply => ({
  status: 429,
  body: { ok: false, error: "ratelimited" },
  ...(retryAfter !== undefined && { headers: { "retry-after": retryAfter } }),
});
const rapid = { minTimeout: 0, maxTimeout: 1 };
/** Timers may fire a little early by another clock. Unit: milliseconds. */
const GRAIN_MS = 5;

describe.each(kinds)("%s", (_name, make) => {
  const told = (client: ReturnType<typeof make>): ReturnType<typeof vi.fn> => {
    const listener = vi.fn();
    client.on(WebClientEvent.RATE_LIMITED, listener);
    return listener;
  };
  const timed = async (server: () => Promise<LocalServer>): Promise<{ server: LocalServer; arrivals: number[] }> => ({
    server: await server(),
    arrivals: [],
  });

  it("asks again after as many seconds as Retry-After says", async () => {
    const server = await startServer(inOrder(refused("1"), { body: { ok: true, late: true } }));
    const client = make(token, { slackApiUrl: server.url, retryConfig: rapid });
    const listener = told(client);
    const startedMs = performance.now();
    expect(await client.apiCall("method", { foo: "bar" })).toMatchObject({ late: true });
    expect(performance.now() - startedMs).toBeGreaterThan(1000 - GRAIN_MS);
    expect(server.received).toHaveLength(2);
    expect(listener.mock.calls).toEqual([[1, { url: `${server.url}method`, body: { foo: "bar" } }]]);
  });

  it("holds back the remaining calls of the method meanwhile", async () => {
    const { server, arrivals } = await timed(() =>
      startServer((_request, index) => {
        arrivals.push(performance.now());
        return index === 0 ? refused("1") : {};
      }),
    );
    const client = make(token, { slackApiUrl: server.url, retryConfig: rapid, maxRequestConcurrency: 1 });
    await Promise.all([client.apiCall("method"), client.apiCall("method"), client.apiCall("method")]);
    expect(arrivals).toHaveLength(4);
    for (const arrival of arrivals.slice(1)) expect(arrival - (arrivals[0] as number)).toBeGreaterThan(1000 - GRAIN_MS);
  });

  it("rejects at once when asked to, saying how long to wait, and tells its listeners", async () => {
    const server = await startServer(() => refused("5"));
    const client = make(token, { slackApiUrl: server.url, rejectRateLimitedCalls: true });
    const listener = told(client);
    const error = await rejection(client.apiCall("method", { foo: "bar" }));
    expect(error).toBeInstanceOf(WebAPIRateLimitedError);
    expect(error).toMatchObject({ code: ErrorCode.RateLimitedError, retryAfter: 5 });
    expect(server.received).toHaveLength(1);
    expect(listener.mock.calls).toEqual([[5, { url: `${server.url}method`, body: { foo: "bar" } }]]);
  });

  it("tells its listeners once of each refusal, with team and arguments, also when it may not repeat and when the wait is 0", async () => {
    const server = await startServer(() => refused("0"));
    for (const [options, times] of [
      [{ retryConfig: { retries: 0 } }, 1],
      [{ retryConfig: { ...rapid, retries: 3 } }, 4],
      [{ rejectRateLimitedCalls: true }, 1],
    ] as const) {
      const client = make(token, { slackApiUrl: server.url, teamId: "T1", ...options }, newWorkspace());
      const listener = told(client);
      await rejection(client.apiCall("method", { foo: "bar" }));
      expect(listener).toHaveBeenCalledTimes(times);
      for (const args of listener.mock.calls)
        expect(args).toEqual([0, { url: `${server.url}method`, body: { team_id: "T1", foo: "bar" } }]);
    }
  });

  it("shows listeners no token of apps.event.authorizations.list", async () => {
    const server = await startServer(inOrder(refused("0"), {}));
    const client = make(token, { slackApiUrl: server.url, retryConfig: rapid });
    const listener = told(client);
    await client.apps.event.authorizations.list({ event_context: "e", token: "xapp-of-the-call" });
    expect(listener.mock.calls).toEqual([
      [0, { url: `${server.url}apps.event.authorizations.list`, body: { event_context: "e" } }],
    ]);
  });

  it.each([undefined, "notanumber", ""])("rejects at once when Retry-After is %o, and quotes it", async (header) => {
    const server = await startServer(() => refused(header));
    const client = make(token, { slackApiUrl: server.url });
    const listener = told(client);
    const error = await rejection(client.apiCall("method"));
    expect(error.message).toContain(`retry-after header: ${header ?? "null"}`);
    expect(server.received).toHaveLength(1);
    expect(listener).not.toHaveBeenCalled();
  });

  it("believes an answer of 200, whatever its Retry-After says", async () => {
    const server = await startServer(() => ({ headers: { "retry-after": "100" } }));
    const client = make(token, { slackApiUrl: server.url });
    const startedMs = performance.now();
    expect(await client.apiCall("method")).toMatchObject({ response_metadata: { retryAfter: 100 } });
    await client.apiCall("method");
    expect(performance.now() - startedMs).toBeLessThan(15_000);
  });
});
