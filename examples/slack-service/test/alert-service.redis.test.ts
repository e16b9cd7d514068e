import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { type SlackSimulator, startSlackSimulator } from "@sluice/simulators";
import { createSlackApi, type SlackFactoryOptions } from "@sluice/slack";
import { startRedisServer } from "@sluice/test/redis-server";
import { describe, expect, it, onTestFinished } from "vitest";
import { promisedOutput, runExample } from "../../run-example.js";
import { createAlertService } from "../src/alert-service.js";

describe("the service with createSlackApi", { timeout: 60_000 }, () => {
  it("prints what its README says", async () => {
    const { stdout, stderr } = await runExample("slack-service");
    expect(stdout).toBe(await promisedOutput("slack-service"));
    expect(stderr).toContain("150 posted");
  });

  it("prints the same with limits in Redis", async () => {
    await using redis = await startRedisServer();
    const { stdout } = await runExample("slack-service", { REDIS_URL: redis.url });
    expect(stdout).toBe(await promisedOutput("slack-service"));
  });

  it("says at once, with a time to come again, what cannot be posted in time", async () => {
    // Half a second after the last that can be posted in time, so that it is in time on a busy machine too.
    const { url, simulator } = await start({ timeoutMs: 2500 });
    const body = JSON.stringify({ text: "on fire", owner: "user1@acme.example" });
    const answers = await Promise.all(Array.from({ length: 60 }, () => fetch(url, { method: "POST", body })));
    const refused = answers.filter(({ status }) => status === 503);
    // Half a minute's messages may go at once, one a second afterwards.
    expect(refused.length).toBeGreaterThanOrEqual(20);
    expect(refused.length + answers.filter(({ status }) => status === 204).length).toBe(60);
    for (const { headers } of refused) expect(Number(headers.get("retry-after"))).toBeGreaterThanOrEqual(1);
    expect(simulator.ledger.throttled()).toEqual([]);
  });

  it("posts an alert whose owner nobody knows by the address, and refuses what is none", async () => {
    const { url, simulator } = await start({});
    const post = async (body: string) => (await fetch(url, { method: "POST", body })).status;
    expect(await post(JSON.stringify({ text: "on fire", owner: "ghost@acme.example" }))).toBe(204);
    expect([await post("{}"), await post("on fire"), await post("null")]).toEqual([400, 400, 400]);
    const [channel] = simulator.state.workspace().channels.values();
    expect(channel?.messages.map(({ content }) => content.text)).toEqual(["on fire ghost@acme.example"]);
  });
});

/** The service before a simulated workspace of one person and one channel, and the address for alerts to that channel. */
async function start(
  options: SlackFactoryOptions,
): Promise<{ readonly url: string; readonly simulator: SlackSimulator }> {
  const simulator = await startSlackSimulator({ users: 1, channels: 1 });
  const slack = createSlackApi("acme", { token: "xoxb-any", slackApiUrl: simulator.url, env: {}, ...options });
  const service = createAlertService(slack).listen(0, "127.0.0.1");
  onTestFinished(async () => {
    service.close();
    service.closeAllConnections();
    await slack.close();
    await simulator.close();
  });
  await once(service, "listening");
  const [channel] = simulator.state.workspace().channels.keys();
  return { url: `http://127.0.0.1:${(service.address() as AddressInfo).port}/alerts/${channel}`, simulator };
}
