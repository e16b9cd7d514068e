// #region imports
import { createFetchApi } from "@sluice/kit";
import { tokenBucket } from "@sluice/limiter";
// #endregion

/** Runs the page's example against an address; what the hooks saw, and the order that is printed. */
export async function hooksAtWork(url: string): Promise<{ seen: string[]; order: string; refused: unknown }> {
  const seen: string[] = [];
  const see = (line: string): void => void seen.push(line);
  let frozen = false;
  // #region hooks
  const perSecond = tokenBucket({ refillRate: 10, burst: 20 });
  const billing = createFetchApi({
    provider: "billing",
    account: "acme",
    operation: ["GET /invoices", "POST /invoices"],
    quota: () => [{ bucket: "requests", limit: perSecond }],
    hooks: [
      {
        name: "freeze",
        stage: "call", // once for the call, however often it is tried
        before({ access }) {
          // A veto: nothing is sent.
          if (frozen && access === "write") throw new Error("No writes today");
        },
      },
      {
        name: "audit", // at the attempt stage, once for each request
        after: ({ operation }, { status, attempt }) => see(`${operation}: ${status} in attempt ${attempt}`),
      },
    ],
  });

  await billing(`${url}/invoices`); // 503, then 200 when it is tried again
  frozen = true;
  const post = billing(`${url}/invoices`, { method: "POST" });
  // #endregion
  const refused = await post.catch((error: unknown) => error);
  const order = billing.hooks.describe();
  await billing.close();
  return { seen, order, refused };
}
