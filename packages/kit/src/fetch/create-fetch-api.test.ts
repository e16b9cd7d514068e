import { fetchRequestOf } from "@sluice/core/fetch";
import { tokenBucket } from "@sluice/limiter";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, expectTypeOf, it, onTestFinished } from "vitest";
import { createFetchApi, type FetchApi, type FetchApiOptions } from "../index.js";
import { Registry } from "../users-own.test-support.js";

const perSecond = tokenBucket({ refillRate: 10, burst: 2 });
let accounts = 0;

async function serve(answers: readonly [number, Record<string, string>?][] = [[200]]) {
  const sentMs: number[] = [];
  const server = createServer((_request, response) => {
    const [status, headers = {}] = answers[Math.min(sentMs.length, answers.length - 1)] ?? [200];
    sentMs.push(performance.now());
    response.writeHead(status, headers).end("things");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, sentMs };
}

function acme(options: Partial<FetchApiOptions> = {}) {
  accounts += 1;
  const api = createFetchApi({
    provider: "acme",
    account: `account-${accounts}`,
    operation: ["GET /things/{id}"],
    quota: () => [{ bucket: "requests", limit: perSecond }],
    registry: new Registry(),
    env: {},
    ...options,
  });
  onTestFinished(() => api.close());
  return api;
}

describe("a fetch API with a quota", () => {
  it("is a fetch, and more", () => {
    expectTypeOf<FetchApi>().toExtend<typeof fetch>();
  });

  it("charges each request, and holds back what is beyond the quota", async () => {
    const { origin } = await serve();
    const leftMs: number[] = [];
    const api = acme({
      fetch: (...args) => {
        leftMs.push(performance.now());
        return fetch(...args);
      },
    });
    // From before the first one: after a stall all may leave, and arrive, together.
    const startedMs = performance.now();
    await Promise.all(Array.from({ length: 4 }, () => api(`${origin}/things/1`)));
    expect(Math.max(...leftMs) - startedMs).toBeGreaterThan(150);
    expect(api.hooks.list("attempt").map(({ name }) => name)).toEqual(["retry", "metrics", "rate-limit"]);
  });

  it("pauses the whole account for what a 429 asks, and repeats the request", async () => {
    const { origin, sentMs } = await serve([[429, { "retry-after": "1" }], [200]]);
    let hear = (): void => {};
    const heard = new Promise<void>((resolve) => (hear = resolve));
    const api = acme({ retry: { onRetry: () => hear() } });
    const first = api(`${origin}/things/1`);
    await heard;
    const second = api(`${origin}/things/2`);
    expect([(await first).status, (await second).status]).toEqual([200, 200]);
    expect(Number(sentMs[1]) - Number(sentMs[0])).toBeGreaterThan(950);
    expect(sentMs).toHaveLength(3);
  });

  it("charges by what the request is", async () => {
    const { origin } = await serve();
    const slow = tokenBucket({ refillRate: 0.01, burst: 2 });
    const api = acme({
      retry: false,
      timeoutMs: 10_000,
      quota: (call) => [{ bucket: "requests", limit: slow, cost: fetchRequestOf(call)?.method === "POST" ? 2 : 1 }],
    });
    await api(`${origin}/things`, { method: "POST" });
    await expect(api(`${origin}/things/1`)).rejects.toMatchObject({ code: "LIMIT_EXCEEDED", provider: "acme" });
  });

  it("shares chain and limits between callers, and shows them to the quota", async () => {
    const { origin } = await serve();
    const seen: (string | undefined)[] = [];
    const api = acme({ quota: (call) => (seen.push(call.caller?.namespace), []) });
    await api.as({ namespace: "team-a" }).as({ user: "ann" })(`${origin}/things/1`);
    await api(`${origin}/things/1`);
    expect(seen).toEqual(["team-a", undefined]);
    const team = api.as({ namespace: "team-b" });
    team.mode = "shadow";
    expect(api.mode).toBe("shadow");
  });

  it.each([
    [{ operation: ["x"] }, "operation"],
    [{ mode: "on" }, "mode"],
    [{ quota: undefined }, "quota"],
    [{ quota: [] }, "quota"],
    [{ feedback: {} }, "feedback"],
    [{ classify: "http" }, "classify"],
    [{ maxInFlight: 0 }, "maxInFlight"],
    [{ maxInFlight: "5" }, "maxInFlight"],
    [{ env: { REDIS_URL: "nowhere" } }, "REDIS_URL"],
  ])("refuses %j, naming option or variable", (options, option) => {
    expect(() => acme(options as never)).toThrow(expect.objectContaining({ option }));
  });
});
