import type { PolicyDecision } from "@sluice/policy";
import { wholeSeconds } from "./problem.js";
import type { AnswerHeaders } from "./request-view.js";

/** Which fields say what is left. */
export type HeaderChoice = "draft" | "legacy" | "both" | false;

/** How `X-RateLimit-Reset` is written: as a date in seconds since 1970, or as the seconds left. */
export type LegacyReset = "date" | "seconds";

/**
 * The fields that say what is left under the policy that decided; none where no policy applied.
 *
 * @see https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/11/ (read 2026-11)
 */
export function rateLimitHeaders(
  decision: PolicyDecision,
  choice: HeaderChoice,
  legacyReset: LegacyReset,
  wallMs: number,
): AnswerHeaders {
  const { policy, window, limit } = decision;
  if (choice === false || policy === undefined || window === undefined) return {};
  const remaining = Math.max(0, Math.floor(decision.remaining));
  const waitMs = decision.allowed ? decision.resetAfterMs : decision.retryAfterMs;
  // A refusal that no wait ends says its window.
  const resetMs = Number.isFinite(waitMs) ? waitMs : window.windowMs;
  const seconds = decision.allowed ? Math.ceil(resetMs / 1000) : wholeSeconds(resetMs);
  const fields: Record<string, string> = {};
  if (choice !== "legacy") {
    // A name of a policy needs no escapes. Parameters beside those of the draft are allowed.
    const burst = window.burst === 0 ? "" : `;burst=${window.burst}`;
    fields["RateLimit-Policy"] = `"${policy}";q=${limit};w=${wholeSeconds(window.windowMs)}${burst}`;
    fields["RateLimit"] = `"${policy}";r=${remaining};t=${seconds}`;
  }
  if (choice !== "draft") {
    fields["X-RateLimit-Limit"] = String(limit);
    fields["X-RateLimit-Remaining"] = String(remaining);
    fields["X-RateLimit-Reset"] = String(legacyReset === "date" ? Math.ceil((wallMs + resetMs) / 1000) : seconds);
  }
  return fields;
}
