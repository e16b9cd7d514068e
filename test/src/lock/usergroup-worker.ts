// One process that adds members to a user group, each by reading all of them and writing them back with one more. Gets its orders from
// argv and talks to its parent over IPC.
import { withCallOptions } from "@sluice/core";
import type { Held } from "@sluice/limiter";
import { redisLock } from "@sluice/limiter-redis";
import { SlackApi } from "@sluice/slack";
import { once } from "node:events";

/** What a worker is told. */
export interface UsergroupOrders {
  readonly redisUrl: string;
  readonly slackUrl: string;
  readonly usergroup: string;
  /** Whom to add, one a round. */
  readonly members: readonly string[];
  readonly locked: boolean;
  readonly leaseMs: number;
  /** Between reading and writing, waits for a message of the parent, who may stall this process meanwhile. */
  readonly stalls: boolean;
  /** What a holder does before it writes; `none` trusts that it still holds the lock. */
  readonly guard: Guard;
}

/**
 * `assert` asks the lock, `signal` hands its signal to the call, `fence` sends its number along. With `none` and `fence` nothing in
 * this process keeps a late write back.
 */
export type Guard = "none" | "assert" | "signal" | "fence";

/** What a worker says: that it is ready, what it has read, how it ended. */
export type UsergroupWord =
  | { readonly kind: "ready" }
  | { readonly kind: "read"; readonly fence: number }
  | {
      readonly kind: "done";
      readonly fences: readonly number[];
      /** How the rounds failed, by code or Slack's error. */
      readonly failures: readonly string[];
    };

/** The header a gate before Slack looks at; Slack itself knows no fences. */
const FENCE_HEADER = "x-fence";

const orders = JSON.parse(process.argv[2] ?? "") as UsergroupOrders;
const { usergroup, guard, stalls } = orders;
// A busy machine is no outage.
const lock = redisLock({ url: orders.redisUrl, commandTimeoutMs: 10_000 });
const slack = clientWith({});
const fences: number[] = [];
const failures: string[] = [];

await slack.usergroups.users.list({ usergroup });
const started = once(process, "message");
say({ kind: "ready" });
await started;
for (const member of orders.members) {
  try {
    if (orders.locked)
      await lock.run(usergroup, { leaseMs: orders.leaseMs, timeoutMs: 60_000 }, (held) => add(member, held));
    else await add(member);
  } catch (error) {
    failures.push(reasonOf(error));
  }
}
say({ kind: "done", fences, failures });
await lock.close();
await slack.close();
process.disconnect();

async function add(member: string, held?: Held): Promise<void> {
  const { users = [] } = await slack.usergroups.users.list({ usergroup });
  if (held !== undefined) fences.push(held.fence);
  if (stalls) {
    const told = once(process, "message");
    say({ kind: "read", fence: held?.fence ?? 0 });
    await told;
  }
  const change = { usergroup, users: [...users, member].join(",") };
  if (held === undefined || guard === "none") {
    await slack.usergroups.users.update(change);
  } else if (guard === "fence") {
    const fenced = clientWith({ [FENCE_HEADER]: String(held.fence) });
    await fenced.usergroups.users.update(change).finally(() => fenced.close());
  } else if (guard === "signal") {
    await withCallOptions({ signal: held.signal }, () => slack.usergroups.users.update(change));
  } else {
    held.assertHeld();
    await slack.usergroups.users.update(change);
  }
}

function clientWith(headers: Record<string, string>): SlackApi {
  return new SlackApi("acme", "xoxb-usergroups", { slackApiUrl: orders.slackUrl, headers });
}

function reasonOf(error: unknown): string {
  const { code, data } = error as { code?: string; data?: { error?: string } };
  return data?.error ?? code ?? String(error);
}

function say(word: UsergroupWord): void {
  process.send?.(word);
}
