// #region imports
import { createHookChain, createRetryBudget, retry, runCall } from "@sluice/core";
import { createFetchApi } from "@sluice/kit";
import { createFailureBackoff, failureBackoffHook, tokenBucket } from "@sluice/limiter";
// #endregion
import type { Registry } from "prom-client";

export async function retried(url: string, say: (line: string) => void): Promise<{ status: number; retries: number }> {
  // #region retry
  const hook = retry({
    maxRetries: 3,
    budget: createRetryBudget({ capacity: 20, ratio: 0.1 }), // one for all calls of an account
    onRetry: ({ call, delayMs }) => say(`attempt ${call.attempt} failed, the next in ${Math.round(delayMs)} ms`),
  });
  const chain = createHookChain({ hooks: [hook] }); // outermost at the attempt stage

  const things = { provider: "acme", account: "main", operation: "GET /things", timeoutMs: 30_000 };
  const response = await runCall(chain, things, (call) =>
    chain.run("attempt", call, ({ signal }) => fetch(url, { signal })),
  );
  // #endregion
  return { status: response.status, retries: hook.counts.retries };
}

/** A factory's options, sent to a server of ours. */
export async function retriedByFactory(redis: string, url: string, registry: Registry): Promise<readonly number[]> {
  // #region factory
  const acme = createFetchApi({
    provider: "acme",
    account: "main",
    operation: ["GET /things", "PUT /things/{id}", "POST /things"],
    quota: () => [{ bucket: "requests", limit: tokenBucket({ refillRate: 10, burst: 20 }) }],
    timeoutMs: 20_000, // all attempts and the waits between them
    retry: { maxRetries: 5, baseMs: 50, retryUnclear: ({ operation }) => operation === "PUT /things/{id}" },
    redis,
    registry,
  });
  // #endregion
  const statuses: number[] = [];
  for (const [method, path] of [
    ["GET", "things"],
    ["PUT", "things/7"],
    ["POST", "things"],
  ] as const)
    statuses.push((await acme(`${url}/${path}`, { method })).status);
  await acme.close();
  return statuses;
}

export async function leftAlone(url: string): Promise<readonly string[]> {
  // #region backoff
  const backoff = createFailureBackoff({ baseMs: 1000, maxMs: 60_000 });
  const chain = createHookChain({
    hooks: [failureBackoffHook({ backoff }), retry({ maxRetries: 1, baseMs: 10 })], // at the call stage: after the retries
  });
  // #endregion
  const codes: string[] = [];
  const things = { provider: "acme", account: "main", operation: "GET /things", timeoutMs: 5000 };
  for (let call = 0; call < 2; call += 1)
    await runCall(chain, things, (one) => chain.run("attempt", one, ({ signal }) => fetch(url, { signal }))).catch(
      (error: unknown) => codes.push((error as { code?: string }).code ?? (error as Error).name),
    );
  return codes;
}
