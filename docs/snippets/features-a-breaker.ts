// #region imports
import { createFetchApi } from "@sluice/kit";
import { breakerHook, createBreaker, tokenBucket } from "@sluice/limiter";
import { redisBreakerStore } from "@sluice/limiter-redis";
import { createPolicyEngine } from "@sluice/policy";

const quota = () => [{ bucket: "requests", limit: tokenBucket({ refillRate: 10, burst: 20 }) }];
// #endregion
import type { Registry } from "prom-client";

/** What the breaker of a factory says after failures. */
export async function brokenOff(redis: string, url: string, registry: Registry): Promise<readonly (number | string)[]> {
  // #region breaker
  const acme = createFetchApi({
    provider: "acme",
    account: "main",
    operation: ["GET /things"],
    quota,
    breaker: { consecutiveFailures: 3, openMs: 5000 }, // `true` for the default rules
    redis,
    registry,
  });
  // #endregion
  const said: (number | string)[] = [];
  // Failures are told to the store in the background, so one call more may still go out.
  while (said.length < 50 && said.at(-1) !== "CIRCUIT_OPEN")
    await acme(`${url}/things`, { method: "POST" }).then(
      ({ status }) => said.push(status),
      (error: unknown) => said.push((error as { code: string }).code),
    );
  await acme.close();
  return said;
}

/** What a client's call comes to while somebody holds the breaker open, and after it. */
export async function heldByHand(
  redis: string,
  url: string,
  registry: Registry,
): Promise<readonly (number | string)[]> {
  const said: (number | string)[] = [];
  const call = (): Promise<number | string> =>
    acme(`${url}/things`).then(
      ({ status }) => status,
      (error: unknown) => (error as { code: string }).code,
    );
  const until = async (wanted: number | string): Promise<void> => {
    let last = await call();
    for (const endMs = performance.now() + 5000; last !== wanted && performance.now() < endMs; last = await call())
      await new Promise((resolve) => setTimeout(resolve, 10));
    said.push(last);
  };
  // #region by-hand
  const engine = createPolicyEngine({ redis, policies: [] });
  const store = redisBreakerStore({ url: redis });
  const breaker = createBreaker({ name: "acme", store });
  engine.breakers.govern(breaker); // obeys the switch of its name, here and in every process that does the same

  const acme = createFetchApi({
    provider: "acme",
    account: "main",
    operation: ["GET /things"],
    quota,
    hooks: [breakerHook(breaker)], // in place of the option `breaker`
    redis,
    registry,
  });
  // #endregion
  await until(200);
  // #region force
  await engine.breakers.force("acme", "open", {
    forMs: 30 * 60_000, // it ends by itself, at the latest in 7 days
    reason: "their incident 4711",
    author: "ops@example.com",
  });
  // #endregion
  await until("CIRCUIT_OPEN");
  // #region release
  await engine.breakers.release("acme", { reason: "incident 4711 is over", author: "ops@example.com" });
  // #endregion
  await until(200);
  await acme.close();
  await breaker.close();
  await engine.close();
  await store.close();
  return said;
}
