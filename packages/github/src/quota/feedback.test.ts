import type { Feedback } from "@sluice/kit";
import { describe, expect, it } from "vitest";
import { requestOf } from "../operations/request.js";
import { callOf, quotaOf } from "../test-support/quota.test-support.js";
import { createFeedback } from "./feedback.js";

const now = Date.parse("2026-11-01T12:00:00Z");
const date = "Sun, 01 Nov 2026 12:00:00 GMT";
const hint = createFeedback(quotaOf(), () => now);
type Words = readonly (Omit<Feedback, "charges"> & { readonly buckets?: readonly string[] })[];

/** What is said of an answer, with buckets by name. */
function said(route: string, status: number, headers: Record<string, string>, data: unknown = {}): Words {
  const reply = { status, headers: { date, ...headers }, data };
  const error = Object.assign(new Error("refused"), { status, response: reply });
  const words = hint(callOf(route), status < 400 ? { result: reply } : { error });
  return [words ?? []].flat().map(({ charges, ...word }: Feedback) => ({
    ...word,
    ...(charges === undefined ? {} : { buckets: charges.map(({ bucket }) => bucket) }),
  }));
}

describe("an answer", () => {
  it("lowers the resource that it names", () => {
    const headers = { "x-ratelimit-resource": "search", "x-ratelimit-remaining": "29" };
    expect(said("GET /search/users", 200, headers)).toEqual([{ buckets: ["search"], remaining: 29 }]);
    expect(said("GET /user", 200, headers)).toEqual([{ buckets: ["search"], remaining: 29 }]);
  });

  it("lowers the resource of its route when it names none, and nobody's when that is unknown", () => {
    expect(said("GET /user", 200, { "x-ratelimit-remaining": "7" })).toEqual([{ buckets: ["core"], remaining: 7 }]);
    expect(said("GET /user", 200, { "x-ratelimit-remaining": "7", "x-ratelimit-resource": "moon" })).toEqual([]);
    expect(said("GET /user", 200, { "x-ratelimit-remaining": "-1" })).toEqual([]);
    expect(said("GET /user", 200, {})).toEqual([]);
  });

  it("with nothing remaining closes the resource until its reset, without a refusal", () => {
    const headers = { "x-ratelimit-remaining": "0", "x-ratelimit-reset": String(now / 1000 + 40) };
    expect(said("GET /user", 200, headers)).toEqual([
      { buckets: ["core"], remaining: 0, remainingForMs: 40_000, retryAfterMs: 40_000, refused: false },
    ]);
  });

  it("lowers its resource until the reset, by GitHub's clock, and says nothing of a window that is over", () => {
    const until = (seconds: number) => ({
      "x-ratelimit-remaining": "7",
      "x-ratelimit-reset": String(now / 1000 + seconds),
    });
    expect(said("GET /user", 200, until(2))).toEqual([{ buckets: ["core"], remaining: 7, remainingForMs: 2000 }]);
    expect(said("GET /user", 200, until(-2))).toEqual([{ buckets: ["core"], remaining: 7, remainingForMs: 0 }]);
    const skewed = { ...until(2), date: new Date(now + 1000).toUTCString() };
    expect(said("GET /user", 200, skewed)).toMatchObject([{ remainingForMs: 1000 }]);
  });

  it("is not believed about more than the longest window", () => {
    const headers = { "x-ratelimit-remaining": "0", "x-ratelimit-reset": String(now / 1000 + 1e6) };
    expect(said("GET /user", 200, headers)[0]).toMatchObject({ retryAfterMs: 3_660_000, remainingForMs: 3_660_000 });
    expect(said("GET /user", 429, { "retry-after": "999999" })[0]?.retryAfterMs).toBe(3_660_000);
  });
});

describe("a refusal", () => {
  it("by a primary limit closes its resource", () => {
    const headers = { "x-ratelimit-remaining": "0", "x-ratelimit-reset": String(now / 1000 + 5) };
    expect(said("GET /user", 403, headers).at(-1)).toEqual({ buckets: ["core"], retryAfterMs: 5000, refused: true });
  });

  it("by a secondary limit closes everything", () => {
    const data = { message: "You have exceeded a secondary rate limit" };
    expect(said("POST /user/repos", 403, { "retry-after": "9" }, data)).toEqual([
      { buckets: ["points:rest", "points:graphql"], retryAfterMs: 9000, refused: true },
    ]);
    expect(said("POST /user/repos", 403, { "retry-after": "0" }, data)).toEqual([
      { buckets: ["points:rest", "points:graphql"], refused: true },
    ]);
  });

  it("for a lack of rights says nothing", () => {
    expect(said("GET /user", 403, {}, { message: "Must have admin rights" })).toEqual([]);
  });
});

it.each([
  [304, true, [{ charges: ["core"], refund: true }]],
  [304, false, []],
  [200, true, []],
])("an answer of %d to a request that says who asks (%s) gives %j back", (status, authorized, expected) => {
  const call = callOf("GET /user");
  requestOf(call).answer = { status, authorized };
  const words = [hint(call, { result: { status: 200, headers: {}, data: {} } }) ?? []].flat() as Feedback[];
  expect(words.map(({ charges, ...word }) => ({ charges: charges?.map(({ bucket }) => bucket), ...word }))).toEqual(
    expected,
  );
});

it("a quota of the user's own is paused as a whole", () => {
  const own = createFeedback(undefined, () => now);
  const reply = { status: 429, headers: { "retry-after": "4", "x-ratelimit-remaining": "3" }, data: {} };
  expect(own(callOf("GET /user"), { result: reply })).toEqual([{ retryAfterMs: 4000, refused: true }]);
});
