import { describe, expect, it } from "vitest";
import { createCall } from "../call/call.js";
import { ConfigError } from "../errors/config-error.js";
import { LimitExceededError } from "../errors/limit-exceeded-error.js";
import { classifyConnectionError, classifyHttp, type Verdict } from "./classify.js";

const call = createCall({ provider: "test", account: "acme", operation: "o" });
const judge = (error: unknown): Verdict => classifyHttp({ ok: false, error }, call);
const coded = (code: string, more: object = {}): Error => Object.assign(new Error(code), { code, ...more });
const failed = (processed: "no" | "unknown"): Verdict => ({ kind: "failed", processed, retryAfter: null });

describe("plain HTTP", () => {
  it.each([
    [200, "final"],
    [204, "final"],
    [301, "final"],
    [400, "final"],
    [401, "final"],
    [403, "final"],
    [404, "final"],
    [409, "final"],
    [501, "final"],
    [505, "final"],
    [408, "failed"],
    [500, "failed"],
    [502, "failed"],
    [503, "failed"],
    [504, "failed"],
    [429, "throttled"],
  ] as const)("%d is %s, as a result or in an error", (status, kind) => {
    expect(classifyHttp({ ok: true, result: { status } }, call).kind).toBe(kind);
    expect(judge(Object.assign(new Error("no"), { status })).kind).toBe(kind);
    expect(judge(Object.assign(new Error("no"), { response: { status } })).kind).toBe(kind);
  });

  it("says of a 5xx that it may have been processed, of a 429 that it was not", () => {
    const headers = new Headers({ "Retry-After": "7" });
    expect(judge({ status: 503, headers })).toEqual({ kind: "failed", processed: "unknown", retryAfter: "7" });
    expect(judge({ status: 429, headers })).toEqual({ kind: "throttled", retryAfter: "7" });
    expect(judge({ status: 429 })).toEqual({ kind: "throttled", retryAfter: null });
  });

  it("takes results without a status, and errors that are no transport's, for final", () => {
    for (const result of [undefined, null, "text", { ok: true }]) {
      expect(classifyHttp({ ok: true, result }, call)).toEqual({ kind: "final" });
    }
    for (const error of [
      undefined,
      null,
      "text",
      new Error("plain"),
      new TypeError("bug"),
      coded("ERR_INVALID_ARG_TYPE"),
    ]) {
      expect(judge(error)).toEqual({ kind: "final" });
    }
  });

  it("takes an abort and our own errors for final, also when a connection error caused them", () => {
    const cause = coded("ECONNRESET");
    expect(judge(new DOMException("aborted", "AbortError"))).toEqual({ kind: "final" });
    expect(judge(new LimitExceededError({ bucket: "b", retryAfterMs: 5 }))).toEqual({ kind: "final" });
    expect(judge(Object.assign(new ConfigError({ option: "o", accepted: "x", value: 1 }), { cause }))).toEqual({
      kind: "final",
    });
  });
});

describe("a connection error", () => {
  it.each(["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "EHOSTUNREACH", "ENETUNREACH", "UND_ERR_CONNECT_TIMEOUT"])(
    "%s was raised before anything was sent",
    (code) => expect(judge(coded(code))).toEqual(failed("no")),
  );

  it.each(["ECONNRESET", "EPIPE", "ETIMEDOUT", "UND_ERR_SOCKET", "UND_ERR_HEADERS_TIMEOUT", "UND_ERR_BODY_TIMEOUT"])(
    "%s says nothing about what the server did",
    (code) => expect(judge(coded(code))).toEqual(failed("unknown")),
  );

  it("is recognised by name where it has no code", () => {
    expect(judge(new DOMException("too slow", "TimeoutError"))).toEqual(failed("unknown"));
  });

  it("is found in the causes, as fetch throws it, and in what an AggregateError gathers", () => {
    expect(judge(new TypeError("fetch failed", { cause: coded("ECONNREFUSED") }))).toEqual(failed("no"));
    const deep = new Error("a", { cause: new Error("b", { cause: new Error("c", { cause: coded("EPIPE") }) }) });
    expect(judge(deep)).toEqual(failed("unknown"));
    const both = new AggregateError([coded("ECONNREFUSED"), coded("ENETUNREACH")]);
    expect(judge(both)).toEqual(failed("no"));
    expect(judge(new TypeError("fetch failed", { cause: both }))).toEqual(failed("no"));
  });

  it("with any sign that the request may have left counts as unclear", () => {
    const reset = coded("ECONNRESET");
    const refused = coded("ECONNREFUSED");
    expect(judge(new AggregateError([refused, reset]))).toEqual(failed("unknown"));
    expect(judge(coded("ECONNREFUSED", { cause: reset }))).toEqual(failed("unknown"));
    expect(judge(coded("ECONNRESET", { cause: refused }))).toEqual(failed("unknown"));
  });

  it("ends the search in causes that go round or too deep", () => {
    const round = new Error("round");
    round.cause = round;
    expect(classifyConnectionError(round)).toEqual({ kind: "final" });
    let deep: Error = coded("ECONNRESET");
    for (let n = 0; n < 50; n += 1) deep = new Error("wrapped", { cause: deep });
    expect(classifyConnectionError(deep)).toEqual({ kind: "final" });
    const gathered = new AggregateError([]);
    gathered.errors.push(gathered);
    expect(classifyConnectionError(gathered)).toEqual({ kind: "final" });
  });

  it("is found as the fourth cause, and not as the fifth", () => {
    const wrapped = (times: number): Error =>
      times === 0 ? coded("EPIPE") : new Error("wrapped", { cause: wrapped(times - 1) });
    expect(classifyConnectionError(wrapped(4))).toEqual(failed("unknown"));
    expect(classifyConnectionError(wrapped(5))).toEqual({ kind: "final" });
  });

  it.each([undefined, null, "ECONNRESET", 7, { code: 7 }, { errors: "none" }])("is not seen in %j", (error) => {
    expect(classifyConnectionError(error)).toEqual({ kind: "final" });
  });
});
