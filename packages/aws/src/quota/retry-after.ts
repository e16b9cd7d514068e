import { parseRetryAfter } from "@sluice/core";
import { headersIn } from "../transport/reply.js";
import { retryAfterHeader } from "./generated/limits.js";

/** How long a refusal asks to wait: its own header in milliseconds, else Retry-After. Undefined where it does not say. Unit: milliseconds. */
export function askedToWaitMs(error: unknown, wallNowMs: number): number | undefined {
  const headers = headersIn(error);
  const own = headers?.get(retryAfterHeader)?.trim();
  if (own !== undefined && /^\d{1,400}$/.test(own)) return Number(own);
  const said = parseRetryAfter(headers?.get("retry-after"), wallNowMs);
  return said.kind === "delay" ? said.delayMs : undefined;
}

/** The same as a header of whole seconds, as the retry reads it. What is under a second the limiter alone keeps. */
export function retryAfterOf(error: unknown, wallNowMs: number): string | null {
  const headers = headersIn(error);
  const own = headers?.get(retryAfterHeader)?.trim();
  if (own === undefined || !/^\d{1,400}$/.test(own)) return headers?.get("retry-after") ?? null;
  const waitMs = askedToWaitMs(error, wallNowMs) ?? 0;
  return waitMs < 1000 ? null : BigInt(Math.ceil(Math.min(waitMs, Number.MAX_SAFE_INTEGER) / 1000)).toString();
}
