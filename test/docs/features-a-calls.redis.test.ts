import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { startRedisServer } from "@sluice/test/redis-server";
import { Registry } from "prom-client";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { brokenOff, heldByHand } from "../../docs/snippets/features-a-breaker.js";
import { keptLines, logged } from "../../docs/snippets/features-a-logging.js";
import { measured } from "../../docs/snippets/features-a-observed.js";
import { leftAlone, retried, retriedByFactory } from "../../docs/snippets/features-a-retry.js";
import { figures, throughFaults } from "../../docs/snippets/features-a-tools.js";

let redis: Awaited<ReturnType<typeof startRedisServer>>;
beforeAll(async () => {
  redis = await startRedisServer();
});
afterAll(() => redis.stop());

/** A provider that gives these answers, one after the other, and then good ones. */
async function provider(...answers: readonly (readonly [status: number, retryAfter?: string])[]): Promise<string> {
  const left = [...answers];
  const server: Server = createServer((_request, response) => {
    const [status, retryAfter] = left.shift() ?? [200];
    response.writeHead(status, retryAfter === undefined ? {} : { "retry-after": retryAfter }).end("things");
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe("docs/features/retry-and-backoff.md", () => {
  it("repeats what may pass, after the wait that the provider asked for", async () => {
    const lines: string[] = [];
    const startedMs = performance.now();
    const url = await provider([503], [429, "1"]);
    expect(await retried(url, (line) => lines.push(line))).toEqual({ status: 200, retries: 2 });
    expect(performance.now() - startedMs).toBeGreaterThan(999);
    expect(lines[0]).toMatch(/^attempt 1 failed, the next in \d{1,3} ms$/);
    expect(lines[1]).toBe("attempt 2 failed, the next in 1000 ms");
  });

  it("repeats a write only where its options say so", async () => {
    const url = await provider([503], [200], [503], [200], [503], [200]);
    expect(await retriedByFactory(redis.url, url, new Registry())).toEqual([200, 200, 503]);
  });

  it("leaves alone for a while what failed with all its retries", async () => {
    expect(await leftAlone("http://127.0.0.1:1/")).toEqual(["TypeError", "BACKING_OFF"]);
  });
});

describe("docs/features/breaker.md", () => {
  it("opens after three failures, and shows it", async () => {
    const registry = new Registry();
    const url = await provider(...Array.from({ length: 50 }, () => [500] as const));
    const said = await brokenOff(redis.url, url, registry);
    expect(said.slice(0, 3)).toEqual([500, 500, 500]);
    expect(said.at(-1)).toBe("CIRCUIT_OPEN");
    expect(await registry.metrics()).toContain('sluice_circuit_breaker_state{breaker="acme:main"} 1');
  });

  it("is held open by hand in front of a factory's client, and lets go again", async () => {
    expect(await heldByHand(redis.url, await provider(), new Registry())).toEqual([200, "CIRCUIT_OPEN", 200]);
  });
});

describe("docs/features/metrics.md", () => {
  it("serves what was counted", async () => {
    const page = await measured(redis.url, await provider([200], [404]));
    expect(page).toMatch(/^sluice_api_requests_total\{[^}]*operation="GET \/things"[^}]*outcome="ok"[^}]*\} 1$/m);
    expect(page).toMatch(/^sluice_api_requests_total\{[^}]*operation="other"[^}]*outcome="client_error"[^}]*\} 1$/m);
    expect(page).toContain('sluice_store_mode{provider="acme",mode="shared"} 1');
  });
});

describe("docs/features/tracing-and-logs.md", () => {
  it("writes a line for a refusal of the provider's and one for the repetition", async () => {
    const { log, lines } = keptLines();
    expect(await logged(redis.url, await provider([429, "0"]), log, new Registry())).toBe(200);
    const about = { part: "acme", provider: "acme", account: "main", operation: "GET /things" };
    expect(lines).toEqual([
      expect.objectContaining({ ...about, event: "provider_throttled", correlationId: "request-7", attempt: 1 }),
      expect.objectContaining({ ...about, event: "retry", correlationId: "request-7", reason: "throttled" }),
    ]);
  });
});

describe("docs/features/command-line.md", () => {
  it("is a function as well, which prints to a terminal of one's own", async () => {
    const { exitCode, printed } = await figures(redis.url);
    expect(exitCode).toBe(0);
    expect(JSON.parse(printed)).toBeTypeOf("object");
  });
});

describe("docs/features/simulators.md", () => {
  it("lets requests fail, and counts what came", async () => {
    expect(await throughFaults(redis.url)).toEqual([true, 3, 0, 1]);
  });
});
