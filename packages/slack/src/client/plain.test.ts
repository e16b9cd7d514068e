import { createServer } from "node:net";
import { WebClient } from "@slack/web-api";
import { withCaller } from "@sluice/core";
import { Registry } from "prom-client";
import { afterEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { keptLog, newWorkspace, recorder, rejection, token } from "../test-support/clients.test-support.js";
import { inOrder, startServer } from "../test-support/server.test-support.js";
import { SlackApi } from "./slack-api.js";

afterEach(() => vi.unstubAllEnvs());

const plain = (url: string, options: ConstructorParameters<typeof SlackApi>[2] = {}): SlackApi =>
  new SlackApi(newWorkspace(), token, { slackApiUrl: url, logger: keptLog(), ...options });

/** The value of each line of a counter, by its label text. */
async function counter(registry: Registry, name: string): Promise<Map<string, number>> {
  const lines = (await registry.metrics()).split("\n").filter((line) => line.startsWith(`${name}{`));
  return new Map(
    lines.map((line) => [line.slice(name.length, line.lastIndexOf(" ")), Number(line.slice(line.lastIndexOf(" ")))]),
  );
}

describe("the plain constructor", () => {
  it("counts requests by outcome, and has no other hook", async () => {
    const registry = new Registry();
    const server = await startServer(inOrder({}, {}, { status: 404 }));
    const slack = new SlackApi("acme", token, {
      slackApiUrl: server.url,
      registry,
      retryConfig: { retries: 0 },
      logger: keptLog(),
    });
    expect([...slack.hooks.list("call"), ...slack.hooks.list("attempt")].map(({ name }) => name)).toEqual(["metrics"]);
    await slack.users.list({});
    await slack.apiCall("invented");
    await rejection(slack.users.list({}));
    const counts = await counter(registry, "sluice_api_requests_total");
    const labels = (operation: string, outcome: string): string =>
      `{provider="slack",account="acme",operation="${operation}",caller="",outcome="${outcome}"}`;
    expect(counts).toEqual(
      new Map([
        [labels("users.list", "ok"), 1],
        [labels("other", "ok"), 1],
        [labels("users.list", "client_error"), 1],
      ]),
    );
  });

  it("limits nothing: far more than the tier goes out at once", async () => {
    const server = await startServer();
    const slack = plain(server.url);
    await Promise.all(
      Array.from({ length: 90 }, () => slack.admin.apps.uninstall({ app_id: "A1", team_ids: ["T1"] } as never)),
    );
    expect(server.received).toHaveLength(90);
  });

  it("opens no Redis, though REDIS_URL names one", async () => {
    let connections = 0;
    const redis = createServer(() => (connections += 1));
    await new Promise<void>((resolve) => redis.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => void redis.close());
    vi.stubEnv("REDIS_URL", `redis://127.0.0.1:${(redis.address() as { port: number }).port}`);
    const server = await startServer();
    const slack = plain(server.url);
    await slack.users.list({});
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(connections).toBe(0);
    await slack.close();
  });

  it("reads no setting of Sluice from the environment", async () => {
    vi.stubEnv("REDIS_URL", "not a url");
    vi.stubEnv("SLUICE_MODE", "nonsense");
    vi.stubEnv("SLACK_RATE_LIMIT_TIER", "nonsense");
    vi.stubEnv("SLACK_TOKEN", "xoxb-not-asked-for");
    const server = await startServer();
    const slack = new SlackApi("acme", undefined, { slackApiUrl: server.url, logger: keptLog() });
    expect(slack.token).toBeUndefined();
    await slack.users.list({});
    expect(server.received[0]?.headers.map(([name]) => name.toLowerCase())).not.toContain("authorization");
  });

  it("keeps the SDK's retries, writes included, and shows each to the attempt stage", async () => {
    const server = await startServer(inOrder({ status: 500 }, { action: "drop" }, {}));
    const seen = recorder();
    await plain(server.url, { hooks: seen.hooks, retryConfig: { minTimeout: 0, maxTimeout: 1 } }).chat.postMessage({
      channel: "C1",
      text: "t",
    });
    expect(server.received).toHaveLength(3);
    expect(seen.calls).toHaveLength(1);
    expect(seen.attempts.map(({ attempt }) => attempt)).toEqual([1, 2, 3]);
  });

  it("takes a body that breaks off as the SDK does: fails once, and sends nothing again", async () => {
    const registry = new Registry();
    const failures: [string, number][] = [];
    for (const make of [
      (url: string) => new WebClient(token, { slackApiUrl: url, logger: keptLog() }),
      (url: string) => plain(url, { registry }),
    ]) {
      const server = await startServer(() => ({ action: "cut", body: { ok: true, filler: "x".repeat(1000) } }));
      const error = await rejection(make(server.url).chat.postMessage({ channel: "C1", text: "t" }));
      failures.push([`${error.name}: ${error.message}`, server.received.length]);
    }
    expect(failures).toEqual([failures[0], failures[0]]);
    expect(failures[0]).toEqual(["TypeError: terminated", 1]);
    expect([...(await counter(registry, "sluice_api_requests_total")).keys()].join()).toContain(
      'outcome="network_error"',
    );
  });

  it("keeps the SDK's queue: no more in flight than asked for, `as` copies included", async () => {
    let inFlight = 0;
    let most = 0;
    const server = await startServer(async () => {
      most = Math.max(most, ++inFlight);
      await new Promise((resolve) => setTimeout(resolve, 5));
      inFlight -= 1;
      return {};
    });
    const slack = plain(server.url, { maxRequestConcurrency: 3 });
    const copy = slack.as({ namespace: "team-a" });
    await Promise.all(Array.from({ length: 30 }, (_, n) => (n % 2 === 0 ? slack : copy).users.list({})));
    expect(most).toBe(3);
  });

  it("never mixes up callers when calls queue for a place", async () => {
    const registry = new Registry();
    const server = await startServer(async () => {
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 3));
      return {};
    });
    const seen = recorder();
    const slack = plain(server.url, { registry, maxRequestConcurrency: 3, hooks: seen.hooks });
    const teams = Array.from({ length: 200 }, (_, n) => `team-${n % 20}`);
    await Promise.all(
      teams.map((namespace, n) => withCaller({ namespace }, () => slack.users.info({ user: `${namespace}/${n}` }))),
    );
    expect(seen.attempts).toHaveLength(200);
    for (const { caller, args } of seen.attempts)
      expect((args as { user: string }).user.split("/")[0]).toBe(caller?.namespace);
    const counts = await counter(registry, "sluice_api_requests_total");
    expect(counts.size).toBe(20);
    expect(new Set(counts.values())).toEqual(new Set([10]));
  });

  it("needs a workspace, which must not be empty", () => {
    for (const workspace of ["", "   ", undefined, 5]) {
      expect(() => new SlackApi(workspace as string, token)).toThrow(
        expect.objectContaining({ code: "CONFIG_INVALID", option: "workspace" }),
      );
    }
  });
});
