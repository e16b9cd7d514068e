import { createCall } from "@sluice/core";
import { expect, it } from "vitest";
import { createFeedback } from "./feedback.js";

const call = createCall({ provider: "keycloak", account: "main", operation: "realms.find" });
const noonMs = Date.UTC(2026, 10, 21, 12);
const said = (status: number, retryAfter?: string) =>
  createFeedback(() => noonMs)(call, {
    result: new Response(null, { status, headers: retryAfter === undefined ? {} : { "retry-after": retryAfter } }),
  });

it.each([
  ["a 429 that says for how long", 429, "7", { retryAfterMs: 7000, refused: true }],
  ["a 429 that says until when", 429, "Sat, 21 Nov 2026 12:00:30 GMT", { retryAfterMs: 30_000, refused: true }],
  ["a 429 that says neither", 429, undefined, { refused: true }],
  ["a 429 that is over at once", 429, "0", { refused: true }],
  ["a 503 that says for how long, which refuses nothing of ours", 503, "3", { retryAfterMs: 3000, refused: false }],
  ["a 503 that does not", 503, undefined, undefined],
  ["a pause beyond ten minutes, cut to that", 429, "86400", { retryAfterMs: 600_000, refused: true }],
  ["anything else", 200, "5", undefined],
])("hears %s", (_what, status, retryAfter, expected) => {
  expect(said(status, retryAfter)).toEqual(expected);
});

it("hears the answer that an error carries, and nothing from other errors", () => {
  const response = new Response(null, { status: 429, headers: { "retry-after": "2" } });
  const hear = createFeedback(() => noonMs);
  expect(hear(call, { error: Object.assign(new Error("too many"), { response }) })).toMatchObject({
    retryAfterMs: 2000,
  });
  expect(hear(call, { error: new Error("gone") })).toBeUndefined();
});
