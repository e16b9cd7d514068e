// #region imports
import { LimitExceededError } from "@sluice/core";
import { createFetchApi } from "@sluice/kit";
import { tokenBucket } from "@sluice/limiter";
// #endregion
import type { FetchApiOptions } from "@sluice/kit";

/** Asks an API twice as often as a small quota allows, and says in words what came of it. */
export async function ask(origin: string, options: Partial<FetchApiOptions>): Promise<string[]> {
  // #region fetch
  const billing = createFetchApi({
    provider: "billing",
    account: "acme",
    operation: ["GET /invoices/{id}"],
    quota: () => [{ bucket: "requests", limit: tokenBucket({ refillRate: 0.1, burst: 2 }) }],
    ...options,
  });
  const show = async (id: number): Promise<string> => {
    try {
      const { status } = await billing(`${origin}/invoices/${id}`);
      return `${status}`; // a 404 or 500 is an answer, as with fetch
    } catch (error) {
      if (error instanceof LimitExceededError) return `not sent, there is room in ${Math.ceil(error.retryAfterMs)} ms`;
      throw error; // what fetch throws, or the reason of an abort
    }
  };
  const said = [await show(1), await show(2), await show(3)];
  console.log(billing.limits().explain("GET /invoices/{id}").text);
  await billing.close();
  // #endregion
  return said;
}
