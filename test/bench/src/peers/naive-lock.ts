import { randomUUID } from "node:crypto";
import type { Bound } from "@sluice/test/fleet";
import type { Redis } from "ioredis";
import { sleep } from "../clock.js";
import { connect } from "./connect.js";
import type { Peer } from "./peer.js";

const LEASE_MS = 5000;
const LOOK_AGAIN_MS = 100;

/** What is written by hand most often: a lock, the bucket read and written under it, by each client's own clock. */
export const naiveLock: Peer = {
  name: "lock + read + write",

  redis({ url }, bound) {
    const client = connect(url);
    return {
      mostInFlight: 16,
      decide: async (key) => (await takeUnderLock(client, key, bound)) === 0,
      close: () => client.disconnect(),
    };
  },

  waiting({ url, bucket }, bound) {
    const client = connect(url);
    return {
      async wait() {
        for (;;) {
          const waitMs = await takeUnderLock(client, bucket, bound);
          if (waitMs === 0) return {};
          await sleep(waitMs);
        }
      },
      close: () => client.disconnect(),
    };
  },
};

/** Takes one token, or says how long until there is one. Unit: milliseconds. */
async function takeUnderLock(client: Redis, key: string, { refillRate, burst }: Bound): Promise<number> {
  const owner = randomUUID();
  while ((await client.set(`${key}:lock`, owner, "PX", LEASE_MS, "NX")) === null) await sleep(LOOK_AGAIN_MS);
  try {
    const [tokens = burst, at = Date.now()] = ((await client.get(`${key}:bucket`)) ?? "")
      .split("|")
      .filter(Boolean)
      .map(Number);
    const now = Date.now();
    const level = Math.min(burst, tokens + ((now - at) * refillRate) / 1000);
    if (level < 1) return Math.max(1, Math.ceil(((1 - level) * 1000) / refillRate));
    await client.set(`${key}:bucket`, `${level - 1}|${now}`);
    return 0;
  } finally {
    await client.eval(RELEASE, 1, `${key}:lock`, owner);
  }
}

const RELEASE = `if redis.call("GET", KEYS[1]) == ARGV[1] then return redis.call("DEL", KEYS[1]) end return 0`;
