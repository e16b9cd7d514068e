// #region recipe
import { fetchRequestOf } from "@sluice/core/fetch";
import { createFetchApi, type FetchApi, type FetchApiOptions } from "@sluice/kit";
import { slidingWindow } from "@sluice/limiter";

// https://airtable.com/developers/web/api/rate-limits: 5 a second in each base, 50 in all, and 30 s of silence after a 429
const perBase = slidingWindow({ limit: 5, windowMs: 1000 });
const perUser = slidingWindow({ limit: 50, windowMs: 1000 });

export function createAirtableApi(account: string, options: Partial<FetchApiOptions> = {}): FetchApi {
  const operation = ["GET /v0/{base}/{table}", "POST /v0/{base}/{table}", "PATCH /v0/{base}/{table}/{record}"];
  const quota: FetchApiOptions["quota"] = (call) => [
    { bucket: "user", limit: perUser },
    { bucket: `base ${fetchRequestOf(call)?.url.pathname.split("/")[2]}`, limit: perBase },
  ];
  const feedback: FetchApiOptions["feedback"] = (_call, end) =>
    "result" in end && (end.result as Response).status === 429 ? { retryAfterMs: 30_000 } : undefined;
  return createFetchApi({ provider: "airtable", account, operation, quota, feedback, ...options });
}
// #endregion
