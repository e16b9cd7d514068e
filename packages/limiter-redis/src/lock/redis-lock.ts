import { anObject, type Clock, type Random, wholeBetween } from "@sluice/core";
import { createLock, type Lock } from "@sluice/limiter";
import { disposable } from "../connection/disposable.js";
import { redisKeeper } from "./redis-keeper.js";
import { createRedisRunner, type RedisRunnerOptions } from "./redis-runner.js";

/** Settings of a lock in Redis. Exactly one of `url` and `client`. */
export interface RedisLockOptions extends RedisRunnerOptions {
  /**
   * Longest pause between two attempts of a process that waits for another one's lock.
   * Unit: milliseconds. Range: whole numbers 1 to 10000.
   *
   * @defaultValue 20
   */
  readonly pollMs?: number;
  readonly clock?: Clock;
  readonly random?: Random;
}

/**
 * A lock shared by every process that uses the same Redis, kept by redlock. It fails closed: while Redis does not answer, nobody gets a
 * lock, and who holds one loses it when its lease ends. Connects on first use; neither connection nor extensions keep the process alive.
 *
 * One Redis forgets what it had not yet replicated when it fails over, so two may then believe to hold the lock. What must never be
 * written twice belongs behind the fence.
 *
 * @throws ConfigError when an option is out of range; passwords do not show in it.
 */
export function redisLock(options: RedisLockOptions): Lock & AsyncDisposable {
  anObject("options", options, "{ url } or { client }");
  const pollMs = wholeBetween("pollMs", options.pollMs ?? 20, 1, 10_000);
  return disposable(createLock(redisKeeper(createRedisRunner(options), pollMs), options));
}
