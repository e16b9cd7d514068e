import type { RedisClient } from "../connection/client.js";
import { timeOf } from "../scripts/take.js";
import type { StoreClock } from "./store-clock.js";

/**
 * The caller's deadline on the store's clock, in microseconds. Asks for the time first where none has been heard yet: a first command
 * without a deadline would run as late as a frozen store thaws.
 *
 * @param key - one that lives where the command goes.
 * @param untilMs - on this process's clock, as it stands when the command is sent.
 */
export function storeDeadline(
  clock: StoreClock,
  redis: RedisClient,
  key: string,
  untilMs: () => number,
): number | Promise<number> {
  const deadlineUs = (): number => clock.nowUs() + (untilMs() - performance.now()) * 1000;
  if (clock.nowUs() !== 0) return deadlineUs();
  const askedMs = performance.now();
  return timeOf(redis, key).then((storeUs) => {
    clock.heard(storeUs, askedMs);
    return deadlineUs();
  });
}
