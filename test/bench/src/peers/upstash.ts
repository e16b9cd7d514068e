import { createHash } from "node:crypto";
import { Ratelimit } from "@upstash/ratelimit";
import { Redis as UpstashRedis } from "@upstash/redis";
import type { Bound } from "@sluice/test/fleet";
import type { Redis } from "ioredis";
import { connect } from "./connect.js";
import type { Peer } from "./peer.js";

/** Its token bucket, over an ordinary Redis instead of the vendor's HTTP interface. */
export const upstash: Peer = {
  name: "@upstash/ratelimit",

  redis({ url }, bound) {
    const client = connect(url);
    const limiter = ratelimit(client, bound);
    return { decide: async (key) => (await limiter.limit(key)).success, close: () => client.disconnect() };
  },

  waiting({ url, bucket }, bound) {
    const client = connect(url);
    const limiter = ratelimit(client, bound);
    return {
      async wait() {
        const { success } = await limiter.blockUntilReady(bucket, 600_000);
        if (!success) throw new Error("not ready in time");
        return {};
      },
      close: () => client.disconnect(),
    };
  },
};

/** With the second that its documentation shows in place of the five it has by default; after it a call is let through. */
export const upstashImpatient: Peer = {
  name: "@upstash/ratelimit",
  redis({ url }, bound) {
    const client = connect(url);
    const limiter = ratelimit(client, bound, { timeout: 1000 });
    return { decide: async (key) => (await limiter.limit(key)).success, close: () => client.disconnect() };
  },
};

function ratelimit(client: Redis, { refillRate, burst }: Bound, more: { readonly timeout?: number } = {}): Ratelimit {
  // Tokens come in steps of whole milliseconds.
  const perStep = Math.max(1, Math.round(refillRate / 1000));
  const stepMs = Math.max(1, Math.round((perStep * 1000) / refillRate));
  return new Ratelimit({
    redis: overOrdinaryRedis(client),
    limiter: Ratelimit.tokenBucket(perStep, `${stepMs} ms`, burst),
    analytics: false,
    prefix: "upstash",
    ...more,
  });
}

/** A flag on the first line of every script is known to the vendor's servers alone. */
const FLAGS = /^#!lua flags=allow-key-locking\n/;

/** Answers the vendor's client from an ordinary Redis: scripts lose the flag, and so go by another hash. */
function overOrdinaryRedis(client: Redis): UpstashRedis {
  const plainHashes = new Map<string, string>();
  return new UpstashRedis({
    async request<Result>({ body }: { body?: unknown }) {
      const [command = "", ...words] = (body as unknown[]).map(String);
      const name = command.toLowerCase();
      const script = words[0] ?? "";
      if (name === "evalsha") {
        const plainHash = plainHashes.get(script);
        if (plainHash === undefined) throw new Error("NOSCRIPT its text has not been seen yet");
        words[0] = plainHash;
      } else if (name === "eval") {
        words[0] = script.replace(FLAGS, "");
        plainHashes.set(sha1(script), sha1(words[0]));
      }
      return { result: (await client.call(command, ...words)) as Result };
    },
  });
}

function sha1(text: string): string {
  return createHash("sha1").update(text).digest("hex");
}
