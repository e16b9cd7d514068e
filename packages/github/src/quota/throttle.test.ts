import { describe, expect, it } from "vitest";
import { replyOf, throttleOf, untilReset } from "./throttle.js";

const now = Date.parse("2026-11-01T12:00:00Z");
const date = "Sun, 01 Nov 2026 12:00:00 GMT";
const at = (seconds: number): string => String(now / 1000 + seconds);

function throttled(status: number, headers: Record<string, string>, data: unknown = { message: "No" }): unknown {
  return throttleOf(replyOf({ status, headers, data }) as never, now);
}

describe("a refusal for the rate is", () => {
  it.each([403, 429])("a %d with nothing remaining, until the reset", (status) => {
    const headers = { "x-ratelimit-remaining": "0", "x-ratelimit-reset": at(90), date };
    expect(throttled(status, headers, { message: "API rate limit exceeded" })).toEqual({
      kind: "primary",
      retryAfterMs: 90_000,
    });
  });

  it.each([
    ["a message", { message: "You have exceeded a secondary rate limit." }],
    ["an old message", { message: "You have triggered an abuse detection mechanism." }],
    ["its page", { message: "Wait", documentation_url: "https://docs.github.com/rest/overview#secondary-rate-limits" }],
    ["its old page", { message: "Wait", documentation_url: "https://docs.github.com/v3/#abuse-rate-limits" }],
    ["plain text", "You have exceeded a secondary rate limit"],
  ])("a 403 that tells of a secondary limit by %s, after the minute that GitHub asks for", (_how, data) => {
    expect(throttled(403, {}, data)).toEqual({ kind: "secondary", retryAfterMs: 60_000 });
    expect(throttled(403, { "retry-after": "5" }, data)).toEqual({ kind: "secondary", retryAfterMs: 5000 });
    const spent = { "x-ratelimit-remaining": "0", "x-ratelimit-reset": at(7), date };
    expect(throttled(403, spent, data)).toEqual({ kind: "secondary", retryAfterMs: 7000 });
  });

  it("a 429, and a 403 that says when to come back", () => {
    expect(throttled(429, {})).toEqual({ kind: "secondary", retryAfterMs: 60_000 });
    expect(throttled(403, { "retry-after": "2" })).toEqual({ kind: "secondary", retryAfterMs: 2000 });
  });

  it("a 200 of GraphQL with an error of that type", () => {
    const data = { data: null, errors: [{ type: "RATE_LIMITED", message: "API rate limit exceeded for user ID 1." }] };
    const headers = { "x-ratelimit-remaining": "0", "x-ratelimit-reset": at(30), date };
    expect(throttled(200, headers, data)).toEqual({ kind: "primary", retryAfterMs: 30_000 });
    const told = { errors: [{ message: "You have exceeded a secondary rate limit" }] };
    expect(throttled(200, { "retry-after": "3" }, told)).toEqual({ kind: "secondary", retryAfterMs: 3000 });
  });

  it.each([
    [403, { "x-ratelimit-remaining": "4999" }, { message: "Resource not accessible by integration" }],
    [404, { "x-ratelimit-remaining": "0" }, { message: "Not Found" }],
    [200, { "x-ratelimit-remaining": "0" }, { message: "secondary rate limit" }],
    [200, {}, { errors: [{ type: "NOT_FOUND", message: "Could not resolve to a Repository" }] }],
    [500, {}, "secondary rate limit"],
    [422, {}, { errors: ["secondary rate limit", null, 7] }],
  ])("none of these: %d %j %j", (status, headers, data) => {
    expect(throttled(status, headers as Record<string, string>, data)).toBeUndefined();
  });
});

describe("the end of a window", () => {
  it("is told by the server's clock, not by ours", () => {
    const headers = new Headers({ "x-ratelimit-reset": at(10), date: "Sun, 01 Nov 2026 11:59:58 GMT" });
    expect(untilReset(headers, now + 3_600_000)).toBe(12_000);
  });

  it("is told by ours when the server has none", () => {
    expect(untilReset(new Headers({ "x-ratelimit-reset": at(10) }), now)).toBe(10_000);
    expect(untilReset(new Headers({ "x-ratelimit-reset": at(-10) }), now)).toBe(0);
  });

  it.each(["", "soon", "-5", "1e9"])("is unknown when the header says %j", (reset) => {
    expect(untilReset(new Headers({ "x-ratelimit-reset": reset, date }), now)).toBeUndefined();
  });
});

it("an error of a connection is no answer, whatever status Octokit gives it", () => {
  expect(replyOf(Object.assign(new Error("fetch failed"), { status: 500 }))).toBeUndefined();
  expect(replyOf(undefined)).toBeUndefined();
  expect(replyOf({ url: "x" })).toBeUndefined();
});
