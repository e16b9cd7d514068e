// #region imports
import { createHookChain } from "@sluice/core";
import { breakerHook, breakers, CircuitOpenError, createBreaker } from "@sluice/limiter";
import { redisBreakerStore } from "@sluice/limiter-redis";
// #endregion

/** Runs what the page shows, against the Redis at this URL. */
export async function guarded(url: string, charge: () => Promise<string>): Promise<string> {
  // #region breaker
  const store = redisBreakerStore({ url });
  const breaker = createBreaker({ name: "billing", store, onEvent: ({ from, to }) => console.log(`${from} > ${to}`) });

  let answer: string;
  try {
    answer = await breaker.run(() => charge());
  } catch (error) {
    if (!(error instanceof CircuitOpenError)) throw error;
    answer = `not called, again in ${error.retryAfterMs} ms`;
  }
  // #endregion
  await breaker.close();
  await store.close();
  return answer;
}

export async function byHand(url: string): Promise<string> {
  const store = redisBreakerStore({ url });
  const breaker = createBreaker({ name: "billing", store });
  // #region force
  await breaker.force("isolated", { forMs: 15 * 60_000 }); // nobody calls for a quarter of an hour
  await breaker.force("closed", { forMs: 60_000 }); // everybody calls, whatever fails
  await breaker.reset(); // closed, all counts forgotten
  const { state, retryAfterMs } = await breaker.refresh(); // as the store knows it now
  // #endregion
  await breaker.close();
  await store.close();
  return `${state} ${retryAfterMs}`;
}

export function inTheChain(url: string): string {
  const store = redisBreakerStore({ url });
  // #region hook
  const family = breakers({ name: "api", store, key: ({ provider, account }) => `${provider}/${account}` });
  const chain = createHookChain({ hooks: [breakerHook(family)] });
  // #endregion
  return chain.describe();
}
