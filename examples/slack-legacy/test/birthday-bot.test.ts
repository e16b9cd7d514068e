import { startSlackSimulator } from "@sluice/simulators";
import { SlackApi } from "@sluice/slack";
import { WebClient } from "@slack/web-api";
import { Registry } from "prom-client";
import { describe, expect, it } from "vitest";
import { promisedOutput, runExample } from "../../run-example.js";
import { BirthdayBot } from "../src/birthday-bot.js";
import { requestsIn } from "../src/requests-in.js";

describe("legacy code with the plain constructor", { timeout: 60_000 }, () => {
  it("prints what its README says", async () => {
    expect((await runExample("slack-legacy")).stdout).toBe(await promisedOutput("slack-legacy"));
  });

  it("asks neither Redis nor the environment: one that leads nowhere changes nothing", async () => {
    const settings = {
      REDIS_URL: "redis://127.0.0.1:1",
      SLUICE_ON_STORE_ERROR: "closed",
      SLACK_RATE_LIMIT_TOKENS: "1",
    };
    expect((await runExample("slack-legacy", settings)).stdout).toBe(await promisedOutput("slack-legacy"));
  });

  it("makes the very requests that the SDK's own client makes", async () => {
    const bodies: string[][] = [];
    const registry = new Registry();
    for (const make of [
      (url: string, fetch: typeof globalThis.fetch) => new WebClient("xoxb-any", { slackApiUrl: url, fetch }),
      (url: string, fetch: typeof globalThis.fetch) =>
        new SlackApi("acme", "xoxb-any", { slackApiUrl: url, fetch, registry }),
    ]) {
      await using simulator = await startSlackSimulator({ users: 3, channels: 1 });
      const [channel = ""] = simulator.state.workspace().channels.keys();
      const seen: string[] = [];
      const slack = make(simulator.url, (input, init) => {
        seen.push(`${new URL(String(input)).pathname} ${String(init?.body)}`);
        return fetch(input, init);
      });
      expect(await new BirthdayBot(slack).congratulate(channel, ["user2"])).toBe(1);
      bodies.push(seen);
    }
    expect(bodies[0]).toHaveLength(5);
    expect(bodies[1]).toEqual(bodies[0]);
    expect((await requestsIn(registry)).map(([operation, , many]) => [operation, many])).toEqual([
      ["chat.postMessage", "1"],
      ["conversations.members", "1"],
      ["users.info", "3"],
    ]);
  });
});
