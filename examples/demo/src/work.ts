import { createSlackApi, SlackApi } from "@sluice/slack";
import { Registry } from "prom-client";
import { shareOf } from "./workload.js";

/** What a worker is to do. */
export interface Orders {
  readonly how: "plain" | "factory";
  readonly slackApiUrl: string;
  readonly worker: number;
  readonly workers: number;
  readonly minutes: number;
  /** How long a minute of the simulator lasts here. */
  readonly minuteMs: number;
  readonly redis: string | undefined;
}

const token = "xoxb-demo-token";

/** Makes all calls of one worker at once, as a busy service does, and says when each is done. */
export async function work(orders: Orders, onDone: () => void): Promise<void> {
  const slack = clientFor(orders);
  try {
    await Promise.all(
      shareOf(orders.worker, orders.workers, orders.minutes).map(async ({ kind, index }) => {
        await kind.run(slack, index);
        onDone();
      }),
    );
  } finally {
    await slack.close();
  }
}

function clientFor({ how, slackApiUrl, minuteMs, redis }: Orders): SlackApi {
  const registry = new Registry();
  if (how === "plain") return new SlackApi("acme", token, { slackApiUrl, registry, logger: quiet });
  return createSlackApi("acme", {
    token,
    slackApiUrl,
    registry,
    logger: quiet,
    timeoutMs: 600_000,
    // The simulator's minutes are shorter than real ones; nothing else differs from a real service.
    quota: { minuteMs },
    ...(redis === undefined ? {} : { redis }),
  });
}

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
