import { describe, expect, it } from "vitest";
import { callOf, quotaOf } from "../test-support/quota.test-support.js";
import { createFeedback, createPlainFeedback } from "./feedback.js";

/** Ten seconds before a minute is over, by the server's clock; ours is wrong by years. */
const date = "Sat, 21 Nov 2026 10:00:50 GMT";
const resetSeconds = Date.parse(date) / 1000 + 10;
const wallNow = () => 1_000_000;

const com = quotaOf();
const own = quotaOf({}, {}, "https://git.example");

interface Said {
  readonly buckets: string[] | undefined;
  readonly remaining?: number | undefined;
  readonly remainingForMs?: number | undefined;
  readonly retryAfterMs?: number | undefined;
  readonly refused?: boolean | undefined;
}

function said(request: string, status: number, headers: Record<string, string>, quota = com): Said | undefined {
  const answer = new Response(status === 204 ? null : "", { status, headers: { date, ...headers } });
  const word = createFeedback(quota, wallNow)(callOf(request), { result: answer });
  if (word === undefined) return undefined;
  if (Array.isArray(word)) throw new Error("one word at a time");
  const { charges, ...rest } = word as Exclude<typeof word, readonly unknown[]>;
  return { buckets: charges?.map(({ bucket }) => bucket), ...rest };
}

const throttle = (remaining: number, name = "throttle_authenticated_api") => ({
  "ratelimit-name": name,
  "ratelimit-limit": "2000",
  "ratelimit-remaining": String(remaining),
  "ratelimit-reset": String(resetSeconds),
});

describe("a 429", () => {
  it("of the middleware pauses the user, whatever the endpoint", () => {
    const headers = { ...throttle(0), "retry-after": "10" };
    const word = { buckets: ["user"], retryAfterMs: 10_000, refused: true };
    expect(said("GET user", 429, headers)).toEqual(word);
    expect(said("POST projects/1/issues", 429, headers)).toEqual(word);
  });

  it("of an endpoint's own limit pauses that one, though the headers show quota left", () => {
    expect(said("POST projects/1/issues", 429, { ...throttle(1500), "retry-after": "7" })).toEqual({
      buckets: ["issueCreation"],
      retryAfterMs: 7000,
      refused: true,
    });
  });

  it("that does not say when pauses to the end of the endpoint's window, by the server's clock", () => {
    expect(said("POST projects/1/issues", 429, {})).toMatchObject({ buckets: ["issueCreation"], retryAfterMs: 10_000 });
    expect(said("GET projects", 429, throttle(9))).toMatchObject({ buckets: ["GET /projects"], retryAfterMs: 550_000 });
    expect(said("GET projects", 429, {}, own)).toMatchObject({ buckets: ["GET /projects@git.example"] });
  });

  it("of an endpoint of which no limit is known pauses the user", () => {
    expect(said("GET version", 429, { "retry-after": "3" })).toMatchObject({ buckets: ["user"], retryAfterMs: 3000 });
    expect(said("GET version", 429, {})).toMatchObject({ buckets: ["user"], retryAfterMs: 1000 });
  });

  it("of the middleware without Retry-After lasts until the reset", () => {
    expect(said("GET user", 429, throttle(0))).toMatchObject({ buckets: ["user"], retryAfterMs: 10_000 });
  });

  it("of the throttle of packages pauses packages", () => {
    expect(
      said("GET projects/1/packages/npm/x", 429, throttle(0, "throttle_authenticated_packages_api")),
    ).toMatchObject({
      buckets: ["packageHosting"],
      retryAfterMs: 10_000,
    });
  });

  it("is not believed for longer than ten minutes", () => {
    expect(said("GET user", 429, { "retry-after": "86400" })).toMatchObject({ retryAfterMs: 600_000 });
  });
});

describe("how the user stands", () => {
  it("lowers the bucket until the reset, by the server's clock, when less than half is left", () => {
    const remainingForMs = 10_000;
    expect(said("GET user", 200, throttle(999))).toEqual({ buckets: ["user"], remaining: 999, remainingForMs });
    expect(said("GET user", 404, throttle(3))).toEqual({ buckets: ["user"], remaining: 3, remainingForMs });
    expect(said("GET user", 200, throttle(1001))).toBeUndefined();
  });

  it("pauses until the reset when nothing is left, which is nobody's refusal", () => {
    const word = { remaining: 0, remainingForMs: 10_000, retryAfterMs: 10_000, refused: false };
    expect(said("GET user", 200, throttle(0))).toEqual({ buckets: ["user"], ...word });
    expect(said("GET user", 200, throttle(0), own)).toEqual({ buckets: ["user@git.example"], ...word });
  });

  it("lowers the bucket for nobody knows how long when no reset is named, or one that is over", () => {
    const { "ratelimit-reset": _reset, ...untold } = throttle(3);
    expect(said("GET user", 200, untold)).toEqual({ buckets: ["user"], remaining: 3 });
    const over = { ...throttle(3), "ratelimit-reset": String(resetSeconds - 20) };
    expect(said("GET user", 200, over)).toEqual({ buckets: ["user"], remaining: 3 });
  });

  it("says nothing to a bucket without numbers", () => {
    expect(said("GET user", 200, throttle(5), own)).toBeUndefined();
  });

  it("is not said in answers without headers, or with strange ones", () => {
    expect(said("GET user", 200, {})).toBeUndefined();
    expect(said("GET user", 200, { ...throttle(5), "ratelimit-remaining": "-1" })).toBeUndefined();
    expect(said("GET user", 200, { ...throttle(5), "ratelimit-remaining": "many" })).toBeUndefined();
  });

  it("is not said by a failure", () => {
    expect(createFeedback(com, wallNow)(callOf("GET user"), { error: new Error("x") })).toBeUndefined();
  });
});

it("with a quota of the user's own the word is about all that the call took", () => {
  const feedback = createPlainFeedback(wallNow);
  const answer = (status: number, headers: Record<string, string>) => ({
    result: new Response("", { status, headers: { date, ...headers } }),
  });
  expect(feedback(callOf("POST projects/1/issues"), answer(429, { "retry-after": "5" }))).toEqual({
    retryAfterMs: 5000,
    refused: true,
  });
  expect(feedback(callOf("GET user"), answer(200, throttle(7)))).toEqual({ remaining: 7, remainingForMs: 10_000 });
  expect(feedback(callOf("GET user"), answer(200, {}))).toBeUndefined();
});
