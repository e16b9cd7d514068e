import { startSlackSimulator } from "@sluice/simulators";
import { createSlackApi } from "@sluice/slack";
import type { SlackClient } from "./workspace.js";

/** Which workspace to talk to, and where it is. */
export interface Target {
  readonly workspace: string;
  /** Slack itself, even where no token is set: then the client says what is missing. */
  readonly real: boolean;
  /** A simulator that already runs. */
  readonly apiUrl?: string;
}

/** An open client. */
export interface Connection {
  readonly slack: SlackClient;
  /** Where it leads, in words. */
  readonly where: string;
  close(): Promise<void>;
}

/** A batch job has time; a person who waits for an answer has not. */
const TIMEOUT_MS = 15 * 60_000;

/** Any token of this shape will do for a simulator. */
const SIMULATED_TOKEN = "xoxb-simulated";

/** Opens a client for Slack, for a running simulator, or for one started here that holds a small company. */
export async function connect({ workspace, real, apiUrl }: Target): Promise<Connection> {
  if (real) return { ...open(workspace), where: `${workspace} on Slack` };
  if (apiUrl !== undefined) return { ...open(workspace, apiUrl), where: `${workspace} at ${apiUrl}` };
  const simulator = await startSlackSimulator({
    tokens: { [SIMULATED_TOKEN]: { team: workspace, app: "usergroups" } },
    users: ["ann", "ben", "cleo", "dan", "eve", "finn"].map((name) => ({ name, email: `${name}@acme.example` })),
    usergroups: [
      { name: "Front end", handle: "frontend", users: ["ann", "finn"] },
      { name: "Interns", handle: "interns", users: ["dan"] },
      { name: "Old project", handle: "old-project", users: ["eve"] },
    ],
  });
  const { slack, close } = open(workspace, simulator.url);
  return {
    slack,
    where: `${workspace} in a simulator`,
    async close() {
      await close();
      await simulator.close();
    },
  };
}

function open(workspace: string, slackApiUrl?: string): { slack: SlackClient; close: () => Promise<void> } {
  const there = slackApiUrl === undefined ? {} : { slackApiUrl, token: SIMULATED_TOKEN };
  const slack = createSlackApi(workspace, { timeoutMs: TIMEOUT_MS, ...there });
  return { slack, close: () => slack.close() };
}
