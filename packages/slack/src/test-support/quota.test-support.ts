import { createCall } from "@sluice/core";
import { capacityOf, type Charge, type Limiter, rateOf } from "@sluice/limiter";
import { withRequest } from "../operations/request.js";
import { resolveQuota, type SlackQuotaOptions } from "../quota/options.js";
import { createSlackQuota } from "../quota/slack-quota.js";

/** What one call of a method is charged. */
export function chargesOf(
  method: string,
  {
    channel,
    user,
    options = {},
    env = {},
    server = "",
  }: {
    channel?: string;
    user?: string;
    options?: SlackQuotaOptions;
    env?: Record<string, string>;
    server?: string;
  } = {},
): readonly Charge[] {
  const call = createCall({ provider: "slack", account: "acme", operation: method });
  return createSlackQuota(resolveQuota(options, env), server).charges(
    withRequest(call, { method, channel, user, onRateLimited: () => {} }),
  );
}

/** The same in short: name of the bucket, and its numbers. */
export function shortly(charges: readonly Charge[]): Record<string, string> {
  return Object.fromEntries(
    charges.map(({ bucket, limit }) => [
      bucket,
      limit.kind === "slidingWindow"
        ? `${limit.limit} in ${limit.windowMs} ms`
        : `${Number(rateOf(limit).toFixed(4))}/s, ${capacityOf(limit)} at once`,
    ]),
  );
}

/** A limiter that grants everything and keeps what it was asked for. */
export function keptLimiter(): Limiter & { readonly asked: (readonly Charge[])[] } {
  const asked: (readonly Charge[])[] = [];
  const grant = async (charges: Charge | readonly Charge[]) => {
    asked.push([charges].flat() as Charge[]);
    const nothing = async (): Promise<void> => {};
    return {
      waitedMs: 0,
      atUs: 0,
      remaining: 1,
      giveBack: nothing,
      release: nothing,
      renew: async () => true,
      landed: nothing,
    };
  };
  const unused = (): Promise<never> => Promise.reject(new Error("not part of this test"));
  return {
    asked,
    acquire: grant,
    tryAcquire: unused,
    tryAcquireSync: () => {
      throw new Error("not part of this test");
    },
    mode: "enforce",
    peek: unused,
    inspect: unused,
    reserve: unused,
    observe: async () => {},
    close: async () => {},
  };
}
