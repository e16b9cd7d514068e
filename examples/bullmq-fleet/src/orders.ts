/** How a worker's client is made. */
export type Client = "new SlackApi" | "createSlackApi";

/** What a worker process is told when it starts. */
export interface Orders {
  readonly client: Client;
  readonly redis: string;
  readonly slackApiUrl: string;
  /** How long one of Slack's minutes lasts there. Unit: milliseconds. */
  readonly minuteMs: number;
  readonly queues: readonly string[];
}

/** Before the names of BullMQ's keys. */
export const prefix = "example-fleet";
