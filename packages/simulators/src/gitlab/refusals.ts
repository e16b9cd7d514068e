import { jsonAnswer, type Answer } from "../http/answer.js";
import type { Decision, ThrottleReading } from "./limits/gitlab-limiter.js";

/** How a simulator refuses. */
export interface RefusalStyle {
  readonly speed: number;
  readonly applicationRetryAfter: boolean;
}

/** What every answer says of the throttle in front, if there is one. The quota is given per minute, whatever the window. */
export function throttleHeaders(reading: ThrottleReading | undefined): Readonly<Record<string, string>> {
  if (reading === undefined) return {};
  const { throttle, limit, windowMs, observed, resetSeconds } = reading;
  return {
    "ratelimit-limit": String(Math.ceil((limit * 60_000) / windowMs)),
    "ratelimit-name": throttle.header,
    "ratelimit-observed": String(observed),
    "ratelimit-remaining": String(Math.max(0, limit - observed)),
    "ratelimit-reset": String(resetSeconds),
  };
}

/** A throttle says in plain text when to come back; the application only says no. */
export function refusalAnswer(
  { speed, applicationRetryAfter }: RefusalStyle,
  refused: NonNullable<Decision["refused"]>,
  reading: ThrottleReading | undefined,
): Answer {
  const retryAfter = { "retry-after": String(Math.max(1, Math.ceil(refused.waitMs / speed / 1_000))) };
  if (refused.isThrottle && reading !== undefined) {
    const resetTime = new Date(reading.resetSeconds * 1_000).toUTCString();
    const headers = { "content-type": "text/plain", ...retryAfter, "ratelimit-resettime": resetTime };
    return { status: 429, headers, body: "Retry later\n" };
  }
  const message = { error: "This endpoint has been requested too many times. Try again later." };
  return jsonAnswer({ message }, 429, applicationRetryAfter ? retryAfter : {});
}
