import { WebClient, type WebClientOptions } from "@slack/web-api";
import { onTestFinished } from "vitest";
import type { SlackSimulatorOptions } from "./options.js";
import { startSlackSimulator, type SlackSimulator } from "./start-slack-simulator.js";

/** A simulator of one test, and the official client to drive it with. */
export interface Bench {
  readonly simulator: SlackSimulator;
  /** A client that neither retries nor waits. */
  readonly client: WebClient;
  clientFor(token: string | undefined, options?: WebClientOptions): WebClient;
  /** Posts as is, without the client. */
  post(path: string, body?: string, headers?: Record<string, string>): Promise<Response>;
}

const silent = () => undefined;
const logger = {
  debug: silent,
  info: silent,
  warn: silent,
  error: silent,
  setLevel: silent,
  getLevel: () => "error" as never,
  setName: silent,
};

/** Starts a simulator that is closed when the test ends. */
export async function bench(options: SlackSimulatorOptions = {}): Promise<Bench> {
  const simulator = await startSlackSimulator(options);
  onTestFinished(() => simulator.close());
  const clientFor = (token: string | undefined, more: WebClientOptions = {}): WebClient =>
    new WebClient(token, {
      slackApiUrl: simulator.url,
      retryConfig: { retries: 0 },
      rejectRateLimitedCalls: true,
      logger,
      ...more,
    });
  return {
    simulator,
    client: clientFor("xoxb-1"),
    clientFor,
    post: (path, body = "", headers = {}) =>
      fetch(new URL(path, simulator.url), {
        method: "POST",
        body,
        headers: { "content-type": "application/x-www-form-urlencoded", ...headers },
      }),
  };
}

/** The provider's error code a call fails with; a call that succeeds fails the test. */
export async function errorOf(call: Promise<unknown>): Promise<string> {
  try {
    await call;
  } catch (error) {
    return (error as { readonly data?: { readonly error?: string } }).data?.error ?? String(error);
  }
  throw new Error("the call succeeded");
}

/** How many of several calls of one kind, made one after the other, were not refused. */
export async function countAccepted(times: number, call: () => Promise<unknown>): Promise<number> {
  let accepted = 0;
  for (let turn = 0; turn < times; turn += 1) {
    try {
      await call();
      accepted += 1;
    } catch (error) {
      if ((error as { readonly retryAfter?: number }).retryAfter === undefined) throw error;
    }
  }
  return accepted;
}
