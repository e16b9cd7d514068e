import { type Call, type HeadersLike, parseRetryAfter, readReply } from "@sluice/core";
import type { AttemptEnd, Feedback, FeedbackRule } from "@sluice/kit";
import type { Charge } from "@sluice/limiter";
import { type GitLabQuota, open } from "./gitlab-quota.js";

/** Longest pause that is believed. Unit: milliseconds. */
const LONGEST_PAUSE_MS = 600_000;
/** How long a refusal that does not say when holds its buckets, where nothing is known of their windows. Unit: milliseconds. */
const UNTOLD_MS = 1000;
/** A standing above this part of the limit is not passed on: there is no hurry yet, and each word is a command to the store. */
const WORTH_TELLING = 0.5;

/**
 * GitLab's word about its limits. Two things throttle: a middleware in front, which says in `RateLimit-*` how the user stands and in
 * `Retry-After` when to come back, and the endpoints' own limits behind it, which say little or nothing. The middleware's headers
 * stand on their refusals too, with quota left in them.
 *
 * @see https://docs.gitlab.com/administration/settings/user_and_ip_rate_limits/ (headers, read 2026-11)
 */
export function createFeedback(quota: GitLabQuota, wallNow: () => number): FeedbackRule {
  return (call, settled) => wordOf(call, settled, quota, wallNow);
}

/** Of a quota of the user's own nobody knows which bucket is about what: GitLab's word is about all that the call took. */
export function createPlainFeedback(wallNow: () => number): FeedbackRule {
  const nothing = { user: () => [], named: () => [], windowMsOf: () => undefined };
  return (call, settled) => {
    const { charges: _charges, ...word } = wordOf(call, settled, nothing, wallNow) ?? {};
    return Object.keys(word).length === 0 ? undefined : word;
  };
}

function wordOf(
  call: Call,
  settled: AttemptEnd,
  quota: Pick<GitLabQuota, "user" | "named" | "windowMsOf">,
  wallNow: () => number,
): Feedback | undefined {
  const { status, headers } = readReply("result" in settled ? settled.result : settled.error);
  if (headers === undefined) return undefined;
  const nowMs = serverTime(headers) ?? wallNow();
  const named = quota.named(call);
  const user = quota.user(call);
  const throttle = throttleIn(headers);
  const throttled = throttle === undefined ? [] : bucketsOf(throttle.name, named, user);
  if (status !== 429) return throttle === undefined ? undefined : standing(throttle, throttled, nowMs);
  if (throttle !== undefined && !((throttle.remaining ?? 0) > 0))
    return refusal(throttled, toldMs(headers, nowMs) ?? untilReset(throttle, nowMs) ?? UNTOLD_MS);
  const charges = named.length > 0 ? named : user;
  return refusal(charges, toldMs(headers, nowMs) ?? untoldMs(charges, nowMs, quota));
}

function refusal(charges: readonly Charge[], pauseMs: number): Feedback {
  return { charges, retryAfterMs: Math.min(LONGEST_PAUSE_MS, pauseMs), refused: true };
}

/** How the user stands with the middleware. */
interface Throttle {
  readonly name: string;
  readonly limit: number | undefined;
  readonly remaining: number | undefined;
  /** End of the window by the server's clock. Unit: milliseconds since the epoch. */
  readonly resetMs: number | undefined;
}

function throttleIn(headers: HeadersLike): Throttle | undefined {
  const name = headers.get("ratelimit-name");
  const remaining = wholeIn(headers.get("ratelimit-remaining"));
  if (name === null && remaining === undefined) return undefined;
  const resetSeconds = wholeIn(headers.get("ratelimit-reset"));
  return {
    name: name ?? "",
    limit: wholeIn(headers.get("ratelimit-limit")),
    remaining,
    resetMs: resetSeconds === undefined ? undefined : resetSeconds * 1000,
  };
}

/** The buckets that a throttle is about: mostly the user's, but packages and files have throttles of their own. */
function bucketsOf(throttle: string, named: readonly Charge[], user: readonly Charge[]): readonly Charge[] {
  const prefix = throttle.includes("packages")
    ? "packageHosting"
    : throttle.includes("files")
      ? "repositoryFilesApi"
      : undefined;
  const own = prefix === undefined ? [] : named.filter(({ bucket }) => bucket.startsWith(prefix));
  return own.length > 0 ? own : user;
}

/** What the user has left; with nothing left, all wait for the next window, which the server dates by its own clock. */
function standing(throttle: Throttle, charges: readonly Charge[], nowMs: number): Feedback | undefined {
  const { limit, remaining } = throttle;
  if (remaining === undefined) return undefined;
  const resetMs = untilReset(throttle, nowMs);
  const endsMs = resetMs === undefined ? undefined : Math.min(LONGEST_PAUSE_MS, resetMs);
  // Its window is another one than ours, whatever strangers used of it.
  const left = endsMs === undefined ? { charges, remaining } : { charges, remaining, remainingForMs: endsMs };
  if (remaining === 0 && endsMs !== undefined) return { ...left, retryAfterMs: endsMs, refused: false };
  if (charges.length > 0 && charges.every((charge) => charge.limit === open)) return undefined;
  return limit !== undefined && remaining > limit * WORTH_TELLING ? undefined : left;
}

function untilReset({ resetMs }: Throttle, nowMs: number): number | undefined {
  return resetMs === undefined || resetMs <= nowMs ? undefined : resetMs - nowMs;
}

function toldMs(headers: HeadersLike, nowMs: number): number | undefined {
  const said = parseRetryAfter(headers.get("retry-after"), nowMs);
  return said.kind === "delay" && said.delayMs > 0 ? said.delayMs : undefined;
}

/**
 * The endpoints' limits count in windows that begin at whole multiples of their length since the epoch.
 *
 * @see https://gitlab.com/gitlab-org/gitlab-foss/-/blob/master/lib/gitlab/application_rate_limiter.rb (`period_key`, read 2026-11)
 */
function untoldMs(charges: readonly Charge[], nowMs: number, quota: Pick<GitLabQuota, "windowMsOf">): number {
  const left = charges.map(({ limit }) => {
    const windowMs = quota.windowMsOf(limit);
    return windowMs === undefined ? UNTOLD_MS : windowMs - (nowMs % windowMs);
  });
  return Math.max(UNTOLD_MS, ...left);
}

/** The server's present: ours may be wrong by more than a window. Unit: milliseconds since the epoch. */
function serverTime(headers: HeadersLike): number | undefined {
  const said = parseRetryAfter(headers.get("date"), 0);
  return said.kind === "delay" && said.delayMs > 0 ? said.delayMs : undefined;
}

function wholeIn(header: string | null): number | undefined {
  return header !== null && /^\d{1,15}$/.test(header.trim()) ? Number(header) : undefined;
}
