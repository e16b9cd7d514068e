import { type AuditDraft, type ControlStore, encodePart } from "@sluice/limiter";
import { redisControlStore } from "@sluice/limiter-redis";
import type { RedisServer } from "@sluice/test/redis-server";
import { Redis } from "ioredis";
import { type AuditTrail, createAuditTrail } from "../../packages/policy/src/audit/audit-trail.js";
import type { Control } from "../../packages/policy/src/control/control.js";
import { createControl } from "../../packages/policy/src/control/create-control.js";
import { createOverrides } from "../../packages/policy/src/overrides/create-overrides.js";
import type { Overrides } from "../../packages/policy/src/overrides/overrides.js";

/** The space in which everything here happens. */
export const SPACE = "policy:default";
/** Names of its keys, as far as a server is tampered with by hand. */
export const keyOf = (what: string): string => `sluice:{control:${encodePart(SPACE)}}:${what}`;

/** Somebody who administers, in a process of their own as far as Redis can tell. */
export interface Admin extends AsyncDisposable {
  readonly store: ControlStore;
  readonly control: Control;
  readonly overrides: Overrides;
  readonly audit: AuditTrail;
}

let admins = 0;

/** @param options - more for the store. */
export async function admin(
  { url }: Pick<RedisServer, "url">,
  options: Partial<Parameters<typeof redisControlStore>[0]> = {},
): Promise<Admin> {
  // Those with the same deadline share a connection.
  admins += 1;
  const store = redisControlStore({ url, commandTimeoutMs: 5000 + admins, ...options });
  const control = createControl({ store, space: SPACE });
  await control.ready();
  return {
    store,
    control,
    overrides: createOverrides(control),
    audit: createAuditTrail(control),
    async [Symbol.asyncDispose]() {
      await control.close();
      await store.close();
    },
  };
}

/** What the audit says of a change. */
export function entry(subject: string): AuditDraft {
  return { action: "test.change", subject, author: "admin" };
}

/** A plain connection, for what somebody does behind our back. */
export function byHand({ url }: Pick<RedisServer, "url">): Redis & AsyncDisposable {
  const redis = new Redis(url);
  redis.on("error", () => {});
  return Object.assign(redis, { [Symbol.asyncDispose]: async () => redis.disconnect() });
}

/** All subjects in the audit, oldest first. */
export async function subjectsIn(store: ControlStore, space = SPACE): Promise<readonly string[]> {
  const subjects: string[] = [];
  for (let after: string | undefined; ;) {
    const page = await store.audit(space, { count: 5000, ...(after === undefined ? {} : { after }) });
    subjects.push(...page.map(({ subject }) => subject));
    after = page.at(-1)?.id;
    if (page.length < 5000 || after === undefined) return subjects;
  }
}
