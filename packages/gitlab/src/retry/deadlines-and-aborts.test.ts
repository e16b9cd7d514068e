import { withCallOptions } from "@sluice/core";
import { createLimiter, type Limiter, memoryStore, tokenBucket } from "@sluice/limiter";
import { describe, expect, it, onTestFinished } from "vitest";
import { make, rejection } from "../test-support/clients.test-support.js";
import { startServer } from "../test-support/server.test-support.js";

const limit = tokenBucket({ refillRate: 1e-4, burst: 2 });
const quota = () => [{ bucket: "all", limit }];
const patient = { timeout: 10_000 };

function ownLimiter(): Limiter {
  const limiter = createLimiter({ store: memoryStore() });
  onTestFinished(() => limiter.close());
  return limiter;
}

const left = async (limiter: Limiter): Promise<number | undefined> => {
  const decision = await limiter.peek(quota());
  return decision.kind === "allowed" ? decision.remaining : 0;
};

describe("an abort", () => {
  it("while waiting rejects with the caller's own reason, and what was not sent costs nothing", async () => {
    const server = await startServer();
    const limiter = ownLimiter();
    const gitlab = make({ host: server.host, limiter, quota, timeoutMs: Number.POSITIVE_INFINITY });
    await gitlab.Projects.show(1);
    await gitlab.Projects.show(1);
    const abort = new AbortController();
    const reason = { mine: true };
    const waiting = withCallOptions({ signal: abort.signal }, () => rejection(gitlab.Projects.show(1)));
    setTimeout(() => abort.abort(reason), 20);
    expect(await waiting).toBe(reason);
    expect(server.received).toHaveLength(2);
  });

  it("in flight closes the connection", async () => {
    const server = await startServer(() => ({ action: "hang" }));
    const gitlab = make({ host: server.host, quota: () => [] });
    const abort = new AbortController();
    const reason = new Error("changed my mind");
    const flying = withCallOptions({ signal: abort.signal }, () => rejection(gitlab.Issues.create(1, "t")));
    await expect.poll(() => server.received.length, patient).toBe(1);
    abort.abort(reason);
    expect(await flying).toBe(reason);
  });

  it("before the call sends nothing", async () => {
    const server = await startServer();
    const gitlab = make({ host: server.host, quota: () => [] });
    const signal = AbortSignal.abort("at once");
    expect(await withCallOptions({ signal }, () => rejection(gitlab.Projects.show(1)))).toBe("at once");
    expect(server.received).toHaveLength(0);
  });

  it("by a hook inside gives the tokens back", async () => {
    const server = await startServer();
    const limiter = ownLimiter();
    const veto = new Error("not today");
    const hooks = [{ name: "veto", before: () => Promise.reject(veto) }];
    const gitlab = make({ host: server.host, limiter, quota, hooks });
    expect(await rejection(gitlab.Projects.show(1))).toBe(veto);
    await expect.poll(() => left(limiter), patient).toBe(2);
  });
});

describe("a deadline", () => {
  it("that a wait would pass is refused at once, with the time to come back", async () => {
    const server = await startServer();
    const gitlab = make({ host: server.host, limiter: ownLimiter(), quota, timeoutMs: 60_000 });
    await gitlab.Projects.show(1);
    await gitlab.Projects.show(1);
    const startedMs = performance.now();
    const error = await rejection(gitlab.Projects.show(1));
    expect(performance.now() - startedMs).toBeLessThan(10_000);
    expect(error).toMatchObject({ code: "LIMIT_EXCEEDED", provider: "gitlab", bucket: "all" });
    expect(error["retryAfterMs"]).toBeGreaterThan(60_000);
  });

  it("leaves a server that never answers", async () => {
    const server = await startServer(() => ({ action: "hang" }));
    const gitlab = make({ host: server.host, timeoutMs: 80 });
    expect(await rejection(gitlab.Projects.show(1))).toMatchObject({ code: "DEADLINE_EXCEEDED" });
  });

  it("covers the getting of a token", async () => {
    const server = await startServer();
    const gitlab = make({ host: server.host, timeoutMs: 80, token: () => new Promise(() => {}) });
    expect(await rejection(gitlab.Projects.show(1))).toMatchObject({ code: "DEADLINE_EXCEEDED" });
  });

  it("of one call may be its own", async () => {
    const server = await startServer(() => ({ action: "hang" }));
    const gitlab = make({ host: server.host });
    const error = await withCallOptions({ timeoutMs: 60 }, () => rejection(gitlab.Projects.show(1)));
    expect(error).toMatchObject({ code: "DEADLINE_EXCEEDED" });
  });
});
