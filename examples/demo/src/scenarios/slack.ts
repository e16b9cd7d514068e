import { startSlackSimulator } from "@sluice/simulators";
import { createSlackApi, SlackApi } from "@sluice/slack";
import { Registry } from "prom-client";
import type { Scenario } from "./scenario.js";

const token = "xoxb-demo-token";

/** What a reconciler of usergroups does all day: reads, writes and a message now and then. */
export const slack: Scenario = {
  provider: "slack",
  factory: "createSlackApi",
  windowMs: 60_000,
  kinds: [
    { name: "users.list", perWindow: 20 },
    { name: "usergroups.list", perWindow: 20 },
    { name: "conversations.info", perWindow: 50 },
    { name: "users.info", perWindow: 100 },
    { name: "chat.postMessage", perWindow: 60 },
  ],
  start: startSlackSimulator,
  connect({ how, url, speed, redis }) {
    const sdk = { slackApiUrl: url, registry: new Registry(), logger: quiet };
    const client =
      how === "plain"
        ? new SlackApi("acme", token, sdk)
        : createSlackApi("acme", {
            ...sdk,
            token,
            timeoutMs: 600_000,
            // The simulator's minutes are shorter than real ones; nothing else differs from a real service.
            quota: { minuteMs: 60_000 / speed },
            redis,
          });
    const calls: Readonly<Record<string, (index: number) => Promise<unknown>>> = {
      "users.list": () => client.users.list({ limit: 5 }),
      "usergroups.list": () => client.usergroups.list(),
      "conversations.info": () => client.conversations.info({ channel: "C0000001" }),
      "users.info": () => client.users.info({ user: "U0000001" }),
      "chat.postMessage": (index) => client.chat.postMessage({ channel: "C0000001", text: `message ${index}` }),
    };
    return { run: async (kind, index) => calls[kind]?.(index), close: () => client.close() };
  },
};

/** The SDK tells every 429 it meets; here the table does. */
const quiet = {
  debug() {},
  info() {},
  warn() {},
  error() {},
  setLevel() {},
  getLevel: () => "error" as never,
  setName() {},
};
