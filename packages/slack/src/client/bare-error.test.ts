import { WebAPIRequestError } from "@slack/web-api";
import { DeadlineExceededError } from "@sluice/core";
import { expect, it } from "vitest";
import { bareError } from "./bare-error.js";

const quiet = new AbortController().signal;

// What an SDK does that cannot be told to stop retrying: it wraps the decision as a failed request.
it("brings out of the SDK's wrapping what is no failed request, and leaves what is one", () => {
  const late = new DeadlineExceededError("users.list", 5);
  expect(bareError(new WebAPIRequestError(late), quiet)).toBe(late);
  const reason = { why: "shutdown" };
  expect(bareError(new WebAPIRequestError(new Error("canceled")), AbortSignal.abort(reason))).toBe(reason);
  for (const failed of [new WebAPIRequestError(new Error("ECONNRESET")), new TypeError("other"), "a text"])
    expect(bareError(failed, quiet)).toBe(failed);
});
