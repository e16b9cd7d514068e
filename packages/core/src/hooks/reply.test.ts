import { describe, expect, it } from "vitest";
import { readReply } from "./reply.js";

describe("the plain reply reader", () => {
  const headers = new Headers({ a: "1" });

  it("reads a response, and the response that an error carries", () => {
    expect(readReply({ status: 200, headers })).toEqual({ status: 200, headers });
    expect(readReply(Object.assign(new Error("no"), { response: { status: 503, headers } }))).toEqual({
      status: 503,
      headers,
    });
  });

  it("takes headers only where they can be asked", () => {
    for (const odd of [undefined, null, { a: "1" }, "a: 1"]) {
      expect(readReply({ status: 200, headers: odd })).toEqual({ status: 200, headers: undefined });
    }
  });

  it.each([undefined, null, "text", 7, {}, { status: "200" }, { status: "200", headers }])(
    "finds nothing in %j",
    (value) => {
      expect(readReply(value)).toEqual({ status: undefined, headers: undefined });
    },
  );

  it("finds nothing in an error whose response is none", () => {
    expect(readReply({ response: undefined })).toEqual({ status: undefined, headers: undefined });
    expect(readReply({ response: null })).toEqual({ status: undefined, headers: undefined });
  });

  it("does not go round in a response that refers to itself", () => {
    const self: { response?: unknown } = {};
    self.response = self;
    expect(readReply(self)).toEqual({ status: undefined, headers: undefined });
  });
});
