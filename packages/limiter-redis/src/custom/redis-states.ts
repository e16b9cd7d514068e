import type { CustomStates } from "@sluice/limiter";
import { disposable } from "../connection/disposable.js";
import { customLoad, customSave } from "../generated/scripts.js";
import { createRedisRunner, type RedisRunnerOptions } from "../lock/redis-runner.js";
import { runScript } from "../scripts/run-script.js";

/**
 * States of custom limits in Redis, shared by every process that uses the same one: beside `redisStore()` and `redisLock()`. Its clock
 * is the one that algorithms see. Connects on first use.
 *
 * @throws ConfigError when an option is out of range; passwords do not show in it.
 */
export function redisStates(options: RedisRunnerOptions): CustomStates & AsyncDisposable {
  const { prefix, run, close } = createRedisRunner(options);
  const keysOf = (scope: string, names: readonly string[]): string[] =>
    names.map((name) => `${prefix}:{${scope}}:x:${name}`);
  return disposable<CustomStates>({
    async load(scope, names) {
      const reply = await run("states of custom limits", (redis) =>
        runScript(redis, customLoad, keysOf(scope, names), []),
      );
      const [nowUs, ...texts] = reply;
      return { nowUs: Number(nowUs), texts: texts.map((text) => (typeof text === "string" ? text : undefined)) };
    },
    async save(scope, entries, fence, ttlMs) {
      const keys = keysOf(
        scope,
        entries.map(({ name }) => name),
      );
      const args = [String(fence), String(ttlMs), ...entries.map(({ text }) => text)];
      const [said] = await run("writing states of custom limits", (redis) => runScript(redis, customSave, keys, args));
      return said === "ok";
    },
    close: async () => close(),
  });
}
