import type { Bound } from "@sluice/test/fleet";
import { Duration, Effect, Exit, Layer, type Scope } from "effect";
import * as RateLimiter from "effect/persistence/RateLimiter";
import * as EffectRedis from "effect/persistence/Redis";
import type { Redis } from "ioredis";
import { connect } from "./connect.js";
import type { Peer, Place, Ticket, Waiter } from "./peer.js";

/** Its token bucket. Each answer passes the library's runtime, as it would in an application that is not written in it. */
export const effectPeer: Peer = {
  name: "effect",

  memory(bound) {
    const limiter = Effect.runSync(Effect.provide(RateLimiter.make, RateLimiter.layerStoreMemory));
    const question = questionOf(bound);
    return {
      decide: (key) => Exit.isSuccess(Effect.runSyncExit(limiter.consume({ ...question, key, onExceeded: "fail" }))),
      close: () => {},
    };
  },

  redis({ url }, bound) {
    const client = connect(url);
    const limiter = sharedLimiter(client);
    const question = questionOf(bound);
    return {
      async decide(key) {
        const exit = await Effect.runPromiseExit(limiter.consume({ ...question, key, onExceeded: "fail" }));
        if (Exit.isSuccess(exit)) return true;
        if (String(exit.cause).includes("RateLimitStoreError")) throw new Error(String(exit.cause));
        return false;
      },
      close: () => client.disconnect(),
    };
  },

  waiting: (place, bound) => booked(place, bound, async () => ({})),
};

/** The same, told what the provider answers: its adaptive part slows down after a 429, for all processes. */
export const effectAdaptive: Peer = {
  name: "effect, adaptive",
  waiting: (place, bound) =>
    booked(place, bound, async (limiter) => {
      const { burst, refillRate } = bound;
      const key = place.bucket;
      const fallback = { fallbackLimit: burst, fallbackWindow: Duration.millis((burst / refillRate) * 1000) };
      // As its HTTP client does: after a pause the question is put again.
      let { delay, epoch, phase } = await Effect.runPromise(limiter.adaptiveConsume({ key, tokens: 1, ...fallback }));
      while (phase === "cooldown" && !Duration.isZero(delay)) {
        await Effect.runPromise(Effect.sleep(delay));
        ({ delay, epoch, phase } = await Effect.runPromise(limiter.adaptiveConsume({ key, tokens: 1, ...fallback })));
      }
      await Effect.runPromise(Effect.sleep(delay));
      return {
        answered: ({ refused, retryAfterMs }) =>
          Effect.runPromise(
            limiter.adaptiveFeedback({
              key,
              epoch,
              tokens: 1,
              status: refused ? 429 : 200,
              retryAfter: refused ? Duration.millis(retryAfterMs) : undefined,
            }),
          ),
      };
    }),
};

function booked(
  { url, bucket }: Place,
  bound: Bound,
  adapt: (limiter: RateLimiter.RateLimiter) => Promise<Ticket>,
): Waiter {
  const client = connect(url);
  const limiter = sharedLimiter(client);
  const question = questionOf(bound);
  return {
    async wait() {
      await Effect.runPromise(RateLimiter.sleep(limiter, { ...question, key: bucket }));
      return adapt(limiter);
    },
    close: () => client.disconnect(),
  };
}

function questionOf({ refillRate, burst }: Bound) {
  const window = Duration.millis((burst / refillRate) * 1000);
  return { algorithm: "token-bucket", limit: burst, window } as const;
}

/** It brings scripts and no client; this one is the same that everybody else has. */
function sharedLimiter(client: Redis): RateLimiter.RateLimiter {
  const send = <Answer = unknown>(command: string, ...words: readonly string[]) =>
    Effect.tryPromise({
      try: () => client.call(command, ...words) as Promise<Answer>,
      catch: (cause) => new EffectRedis.RedisError({ cause }),
    });
  const notUsed = Effect.die("the limiter neither listens nor reserves connections");
  const redis: Effect.Effect<EffectRedis.Redis["Service"], never, Scope.Scope> = EffectRedis.make({
    send,
    subscribe: () => notUsed,
    connect: notUsed,
  });
  const store = Layer.provide(
    RateLimiter.layerStoreRedis({ prefix: "effect:" }),
    Layer.effect(EffectRedis.Redis, redis),
  );
  return Effect.runSync(Effect.provide(RateLimiter.make, store));
}
