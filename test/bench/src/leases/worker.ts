// One process that decides by itself from tokens that it drew from a shared limit in advance.
import { isSluiceError } from "@sluice/core";
import { type Charge, createLimiter, type Limiter, tokenBucket } from "@sluice/limiter";
import { redisStore } from "@sluice/limiter-redis";
import type { Bound } from "@sluice/test/fleet";
import { nextTurn, nowUs, sleepUntil } from "../clock.js";
import { serve, tell } from "../children/serve.js";

const BLOCK = 500;
const ASKED_AT_ONCE = 512;
/** So often a process says how much it has admitted, for the case that it is killed. Unit: microseconds. */
const TELL_EVERY_US = 2000;

let limiter: Limiter;
let charge: Charge;

const handlers = {
  /** False where a limiter cannot yet decide at once over a shared store. */
  async open({
    url,
    bound,
    bucket,
    lease,
  }: {
    url: string;
    bound: Bound;
    bucket: string;
    lease: boolean;
  }): Promise<boolean> {
    const options = { store: redisStore({ url }), provider: "bench", lease };
    limiter = createLimiter(options);
    charge = { bucket, limit: tokenBucket(bound) };
    await limiter.peek(charge);
    if (!lease) return true;
    try {
      limiter.tryAcquireSync({ ...charge, bucket: "another" });
      return true;
    } catch (error) {
      if (isSluiceError(error) && error.code === "CONFIG_INVALID") return false;
      throw error;
    }
  },

  /** Decides without pause between two instants; tells on the way how many were admitted. */
  async spend({ startUs, untilUs }: { startUs: number; untilUs: number }): Promise<{
    decisions: number;
    admitted: number;
    tookS: number;
  }> {
    await sleepUntil(startUs);
    const beganUs = nowUs();
    let decisions = 0;
    let admitted = 0;
    let toldUs = beganUs;
    for (let now = beganUs; now < untilUs; now = nowUs()) {
      for (let n = 0; n < BLOCK; n += 1) if (limiter.tryAcquireSync(charge).kind === "allowed") admitted += 1;
      decisions += BLOCK;
      if (now - toldUs > TELL_EVERY_US) {
        toldUs = now;
        tell(admitted);
      }
      // What was drawn in advance arrives between two turns.
      await nextTurn();
    }
    return { decisions, admitted, tookS: (nowUs() - beganUs) / 1e6 };
  },

  /** The same without a lease: the shared store is asked, with as many questions in flight as pay. */
  async ask({ startUs, untilUs }: { startUs: number; untilUs: number }): Promise<{
    decisions: number;
    admitted: number;
    tookS: number;
  }> {
    await sleepUntil(startUs);
    const beganUs = nowUs();
    let decisions = 0;
    let admitted = 0;
    const caller = async (): Promise<void> => {
      for (; nowUs() < untilUs; decisions += 1)
        if ((await limiter.tryAcquire(charge)).kind === "allowed") admitted += 1;
    };
    await Promise.all(Array.from({ length: ASKED_AT_ONCE }, caller));
    return { decisions, admitted, tookS: (nowUs() - beganUs) / 1e6 };
  },
};
export type LeaseHandlers = typeof handlers;
serve(handlers);
