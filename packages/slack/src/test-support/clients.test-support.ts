import { type Logger, LogLevel, WebClient, type WebClientOptions } from "@slack/web-api";
import type { Call, Hook } from "@sluice/core";
import { createSlackApi } from "../client/create-slack-api.js";
import { SlackApi } from "../client/slack-api.js";

export const token = "xoxb-0123456789-abcdefghij";

let made = 0;

/** A workspace that no other test uses: its buckets are its own. */
export function newWorkspace(): string {
  made += 1;
  return `workspace-${made}`;
}

/** A logger that keeps what it is told. */
export interface KeptLog extends Logger {
  readonly lines: { readonly level: keyof Logger; readonly text: string }[];
  /** How many lines of that level there are. */
  count(level: keyof Logger): number;
}

export function keptLog(level: LogLevel = LogLevel.DEBUG): KeptLog {
  const lines: { level: keyof Logger; text: string }[] = [];
  const keep =
    (at: keyof Logger) =>
    (...parts: unknown[]): void =>
      void lines.push({ level: at, text: parts.map(String).join(" ") });
  return {
    lines,
    count: (wanted) => lines.filter((line) => line.level === wanted).length,
    debug: keep("debug"),
    info: keep("info"),
    warn: keep("warn"),
    error: keep("error"),
    setLevel: keep("setLevel"),
    getLevel: () => level,
    setName: keep("setName"),
  };
}

/** A hook of each stage that keeps the calls it sees. */
export function recorder(): { readonly hooks: readonly Hook[]; readonly calls: Call[]; readonly attempts: Call[] } {
  const calls: Call[] = [];
  const attempts: Call[] = [];
  const keep = (list: Call[]) => (call: Call) => void list.push(call);
  return {
    calls,
    attempts,
    hooks: [
      { name: "seen-call", stage: "call", before: keep(calls) },
      { name: "seen-attempt", before: keep(attempts) },
    ],
  };
}

/** Makes a client of one kind. Without a token the factory takes the one of its environment. */
export type Make = (token: string | undefined, options?: WebClientOptions, workspace?: string) => WebClient;

/** The SDK's own client and ours, which must not be told apart by what the SDK promises. */
export const kinds: readonly (readonly [string, Make])[] = [
  ["new WebClient", (own, options) => new WebClient(own, { logger: keptLog(), ...options })],
  [
    "new SlackApi",
    (own, options, workspace = newWorkspace()) => new SlackApi(workspace, own, { logger: keptLog(), ...options }),
  ],
  [
    "createSlackApi",
    (own, options, workspace = newWorkspace()) =>
      createSlackApi(workspace, {
        logger: keptLog(),
        ...options,
        ...(own === undefined ? {} : { token: own }),
        env: { SLACK_TOKEN: "xoxb-from-the-environment" },
      }),
  ],
];

/** The error a promise rejects with; one that resolves fails the test. */
export async function rejection(promise: Promise<unknown>): Promise<Error & Record<string, unknown>> {
  try {
    await promise;
  } catch (error) {
    return error as Error & Record<string, unknown>;
  }
  throw new Error("the promise resolved");
}
