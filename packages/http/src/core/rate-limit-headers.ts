import type { DecidedWindow, PolicyDecision } from "@sluice/policy";
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
  const { policy, window } = decision;
  if (choice === false || policy === undefined || window === undefined) return none;
  const texts = textsOf(policy, window);
  const remaining = Math.max(0, Math.floor(decision.remaining));
  const resetMs = resetOf(decision, window);
  const seconds = decision.allowed ? Math.ceil(resetMs / 1000) : wholeSeconds(resetMs);
  const left = `${texts.name};r=${remaining};t=${seconds}`;
  if (choice === "draft") return { "RateLimit-Policy": texts.policy, RateLimit: left };
  const reset = String(legacyReset === "date" ? Math.ceil((wallMs + resetMs) / 1000) : seconds);
  if (choice === "legacy")
    return {
      "X-RateLimit-Limit": texts.limit,
      "X-RateLimit-Remaining": String(remaining),
      "X-RateLimit-Reset": reset,
    };
  return {
    "RateLimit-Policy": texts.policy,
    RateLimit: left,
    "X-RateLimit-Limit": texts.limit,
    "X-RateLimit-Remaining": String(remaining),
    "X-RateLimit-Reset": reset,
  };
}

const none: AnswerHeaders = Object.freeze({});

/** What is the same for all requests under a window of a policy. */
interface WindowTexts {
  readonly owner: string;
  readonly name: string;
  readonly policy: string;
  readonly limit: string;
}

const known = new WeakMap<DecidedWindow, WindowTexts>();

function textsOf(policy: string, window: DecidedWindow): WindowTexts {
  const before = known.get(window);
  if (before?.owner === policy) return before;
  const { limit, windowMs, burst } = window;
  // A name of a policy needs no escapes. Parameters beside those of the draft are allowed.
  const name = `"${policy}"`;
  const extra = burst === 0 ? "" : `;burst=${burst}`;
  const texts = {
    owner: policy,
    name,
    policy: `${name};q=${limit};w=${wholeSeconds(windowMs)}${extra}`,
    limit: String(limit),
  };
  known.set(window, texts);
  return texts;
}

/** When the window is whole again, or when to come back. Unit: milliseconds. */
function resetOf(decision: PolicyDecision, { limit, windowMs, burst }: DecidedWindow): number {
  const { allowed, resetAfterMs, retryAfterMs, remaining, reputation } = decision;
  // A refusal that no wait ends says its window.
  if (!allowed) return Number.isFinite(retryAfterMs) ? retryAfterMs : windowMs;
  const tokenMs = windowMs / limit / (reputation?.rate ?? 1);
  // Tokens drawn in advance are counted here, and nobody was asked when the rest comes back: at the latest at the window's own rate.
  if (resetAfterMs === 0) return Math.max(0, limit + burst - remaining) * tokenMs;
  // A policy's other windows may take longer.
  return Math.min(resetAfterMs, (limit + burst) * tokenMs);
}
