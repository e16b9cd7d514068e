import { spawn } from "node:child_process";
import { createServer, type Server } from "node:net";
import { startRedisServer } from "@sluice/test/redis-server";
import { Registry } from "prom-client";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { createSlackApi, type SlackApi, type SlackFactoryOptions } from "../index.js";
import { keptLog, newWorkspace, rejection, token } from "../test-support/clients.test-support.js";
import { silentPort, startServer } from "../test-support/server.test-support.js";

interface Logged {
  readonly fields: object;
  readonly message: string;
}

async function without(
  options: SlackFactoryOptions = {},
): Promise<{ slack: SlackApi; log: Logged[]; received: () => number; registry: Registry }> {
  const server = await startServer();
  const log: Logged[] = [];
  const registry = new Registry();
  const note = (fields: object, message: string): void => void log.push({ fields, message });
  const slack = createSlackApi(newWorkspace(), {
    token,
    slackApiUrl: server.url,
    logger: keptLog(),
    env: { REDIS_URL: `redis://ann:hunter2@127.0.0.1:${await silentPort()}` },
    log: { info: note, warn: note },
    registry,
    ...options,
  });
  onTestFinished(() => slack.close());
  return { slack, log, received: () => server.received.length, registry };
}

describe("while Redis cannot be reached", () => {
  it("it is told once, in words that say what to do, and calls go on with this process's share", async () => {
    const { slack, log, received, registry } = await without({ quota: { tokens: 5, refillRate: 50 } });
    for (let n = 0; n < 20; n += 1) await slack.users.list({});
    expect(received()).toBe(20);
    expect(log).toHaveLength(1);
    expect(log[0]?.fields).toEqual({ event: "store-down" });
    expect(log[0]?.message).toMatch(
      /^Redis at 127\.0\.0\.1:\d+ cannot be used .*onStoreError "local" this process takes 1\/1 of each limit.* Check that it runs and that REDIS_URL/,
    );
    expect(JSON.stringify(log)).not.toContain("hunter2");
    expect(await registry.metrics()).toContain('sluice_store_mode{provider="slack",mode="local"} 1');
  });

  it('"local" does not start with a full bucket: what was spent before is not known', async () => {
    const { slack, received } = await without({ quota: { tokens: 100, refillRate: 20 }, timeoutMs: 5000 });
    const startedMs = performance.now();
    await Promise.all(Array.from({ length: 10 }, () => slack.users.list({})));
    // Ten at twenty a second; two failures of the store come first.
    expect(performance.now() - startedMs).toBeGreaterThan(350);
    expect(received()).toBe(10);
  });

  it('"open" lets everything pass, and says that nothing is limited', async () => {
    const { slack, log, received } = await without({ onStoreError: "open", quota: { tokens: 1, refillRate: 1 } });
    const startedMs = performance.now();
    for (let round = 0; round < 3; round += 1)
      await Promise.all(Array.from({ length: 20 }, () => slack.users.list({})));
    expect(received()).toBe(60);
    expect(performance.now() - startedMs).toBeLessThan(15_000);
    expect(log.map(({ message }) => message)).toEqual([
      expect.stringContaining("calls are NOT limited until it is back"),
    ]);
  });

  it('"closed" sends nothing, and the error comes out bare', async () => {
    const { slack, log, received } = await without({
      env: { SLUICE_ON_STORE_ERROR: "closed", REDIS_URL: `redis://127.0.0.1:${await silentPort()}` },
    });
    for (let n = 0; n < 5; n += 1)
      expect(await rejection(slack.users.list({}))).toMatchObject({
        name: "StoreUnavailableError",
        code: "STORE_UNAVAILABLE",
      });
    expect(received()).toBe(0);
    expect(log).toHaveLength(1);
  });

  it("without a logger it is one process warning", async () => {
    const warn = vi.spyOn(process, "emitWarning").mockImplementation(() => {});
    const { slack } = await without({ log: undefined, quota: { tokens: 5, refillRate: 50 } });
    for (let n = 0; n < 10; n += 1) await slack.users.list({});
    const told = warn.mock.calls.filter(
      ([, options]) => (options as { code?: string } | undefined)?.code === "SLUICE_STORE",
    );
    warn.mockRestore();
    expect(told).toHaveLength(1);
    expect(String(told[0]?.[0])).toMatch(/cannot be used .*Check that it runs/);
  });
});

it("a Redis that goes and comes back is told once each way, and calls never stop", async () => {
  const redis = await startRedisServer();
  onTestFinished(() => redis.stop());
  const { slack, log, received } = await without({
    // Gone it is when it refuses connections, not when it is slow.
    redis: { url: redis.url, commandTimeoutMs: 10_000 },
    quota: { tokens: 50, refillRate: 100 },
  });
  await slack.users.list({});
  await redis.kill();
  for (let n = 0; n < 10; n += 1) await slack.users.list({});
  await redis.restart();
  await vi.waitFor(() => expect(log).toHaveLength(2), { timeout: 10_000, interval: 20 });
  for (let n = 0; n < 5; n += 1) await slack.users.list({});
  expect(log.map(({ fields }) => fields)).toEqual([{ event: "store-down" }, { event: "store-up" }]);
  expect(received()).toBe(16);
});

describe("a client", () => {
  const counting = async (): Promise<{ url: string; count: () => number }> => {
    let count = 0;
    const server: Server = createServer((socket) => {
      count += 1;
      socket.destroy();
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => void server.close());
    return { url: `redis://127.0.0.1:${(server.address() as { port: number }).port}`, count: () => count };
  };

  it("is there at once, and connects no sooner than it is used", async () => {
    const { url, count } = await counting();
    const { slack } = await without({ redis: url, quota: { refillRate: 100 } });
    await new Promise((resolve) => setTimeout(resolve, 80));
    expect(count()).toBe(0);
    await slack.users.list({});
    expect(count()).toBeGreaterThan(0);
  });

  it("that limits nothing never connects", async () => {
    const { url, count } = await counting();
    const { slack, received } = await without({ redis: url, mode: "disabled" });
    for (let n = 0; n < 50; n += 1) await slack.users.list({});
    expect([received(), count()]).toEqual([50, 0]);
  });

  it.each([
    ["that was closed", "await slack.close();"],
    ["that was forgotten", ""],
  ])("%s does not keep its process alive", { timeout: 60_000 }, async (_what, end) => {
    const redis = await startRedisServer();
    onTestFinished(() => redis.stop());
    const server = await startServer();
    const code = `
      const { createSlackApi } = await import(${JSON.stringify(new URL("../../dist/index.js", import.meta.url).href)});
      const slack = createSlackApi("acme", { token: "xoxb-1", slackApiUrl: ${JSON.stringify(server.url)}, redis: ${JSON.stringify(redis.url)}, timeoutMs: 600000, env: {} });
      await slack.users.list({});
      ${end}
      console.log("done");
    `;
    const child = spawn(process.execPath, ["--input-type=module", "-e", code], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    onTestFinished(() => void child.kill("SIGKILL"));
    let doneMs = 0;
    child.stdout.on("data", () => (doneMs = performance.now()));
    const status = await new Promise((resolve) => child.on("exit", resolve));
    expect(status).toBe(0);
    expect(doneMs).toBeGreaterThan(0);
    expect(performance.now() - doneMs).toBeLessThan(4000);
    expect(server.received).toHaveLength(1);
  });
});
