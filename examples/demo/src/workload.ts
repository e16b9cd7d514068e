import type { SlackApi } from "@sluice/slack";

/** One kind of call of the workload, and the limit it meets. */
export interface Kind {
  readonly method: string;
  /** Published calls per minute. */
  readonly perMinute: number;
  readonly run: (slack: SlackApi, index: number) => Promise<unknown>;
}

/** What a reconciler of usergroups does all day: reads, writes and a message now and then. */
export const kinds: readonly Kind[] = [
  { method: "users.list", perMinute: 20, run: (slack) => slack.users.list({ limit: 5 }) },
  { method: "usergroups.list", perMinute: 20, run: (slack) => slack.usergroups.list() },
  { method: "conversations.info", perMinute: 50, run: (slack) => slack.conversations.info({ channel: "C0000001" }) },
  { method: "users.info", perMinute: 100, run: (slack) => slack.users.info({ user: "U0000001" }) },
  {
    method: "chat.postMessage",
    perMinute: 60,
    run: (slack, index) => slack.chat.postMessage({ channel: "C0000001", text: `message ${index}` }),
  },
];

/** Calls of one worker: every kind, for as many minutes of its quota, dealt out evenly. */
export function shareOf(worker: number, workers: number, minutes: number): { kind: Kind; index: number }[] {
  return kinds.flatMap((kind) =>
    Array.from({ length: kind.perMinute * minutes }, (_, index) => ({ kind, index })).filter(
      ({ index }) => index % workers === worker,
    ),
  );
}

/** The least seconds anybody could take: each minute's quota the moment its window opens. */
export function idealSeconds(minutes: number, minuteMs: number): number {
  return ((minutes - 1) * minuteMs) / 1000;
}
