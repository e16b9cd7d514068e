import { gzipSync } from "node:zlib";
import { ErrorCode, WebAPIHTTPError, WebAPIPlatformError, WebAPIRequestError } from "@slack/web-api";
import { describe, expect, it } from "vitest";
import { kinds, rejection, token } from "../test-support/clients.test-support.js";
import { type Reply, silentPort, startServer } from "../test-support/server.test-support.js";

describe.each(kinds)("%s", (_name, make) => {
  const call = async (answer: Reply, method = "method"): Promise<Record<string, unknown>> => {
    const server = await startServer(() => answer);
    return (await make(token, { slackApiUrl: server.url, retryConfig: { retries: 0 } }).apiCall(method)) as never;
  };

  it("resolves with what the server said", async () => {
    expect(await call({ body: { ok: true, thing: { a: 1 } } })).toEqual({
      ok: true,
      thing: { a: 1 },
      response_metadata: {},
    });
  });

  it("rejects an answer that is not ok with a WebAPIPlatformError that holds it", async () => {
    const error = await rejection(call({ body: { ok: false, error: "bad_thing", needed: "x" } }));
    expect(error).toBeInstanceOf(WebAPIPlatformError);
    expect(error).toMatchObject({
      code: ErrorCode.PlatformError,
      message: "An API error occurred: bad_thing",
      data: { ok: false, error: "bad_thing", needed: "x" },
    });
  });

  it.each([500, 404, 201])(
    "rejects status %i with a WebAPIHTTPError with status, headers and the body read",
    async (status) => {
      const error = await rejection(call({ status, headers: { "x-why": "because" }, body: { foo: "bar" } }));
      expect(error).toBeInstanceOf(WebAPIHTTPError);
      expect(error).toMatchObject({
        code: ErrorCode.HTTPError,
        statusCode: status,
        headers: { "x-why": "because" },
        body: { foo: "bar" },
      });
    },
  );

  it("keeps a body that is no JSON as it came", async () => {
    const page = "<html><h1>502 Bad Gateway</h1></html>";
    expect(await rejection(call({ status: 502, body: page }))).toMatchObject({
      statusCode: 502,
      statusMessage: "Bad Gateway",
      body: page,
    });
  });

  it("rejects a request that got no answer with a WebAPIRequestError that holds the cause", async () => {
    const refused = make(token, {
      slackApiUrl: `http://127.0.0.1:${await silentPort()}/api/`,
      retryConfig: { retries: 0 },
    }).apiCall("method");
    for (const error of [await rejection(refused), await rejection(call({ action: "drop" }))]) {
      expect(error).toBeInstanceOf(WebAPIRequestError);
      expect(error["code"]).toBe(ErrorCode.RequestError);
      expect(error["original"]).toBeInstanceOf(Error);
      expect(error.cause).toBe(error["original"]);
    }
  });

  it("does not follow a redirect", async () => {
    const other = await startServer();
    const error = await rejection(call({ status: 302, headers: { location: `${other.url}stolen` } }));
    expect(error).toBeInstanceOf(WebAPIRequestError);
    expect(other.received).toEqual([]);
  });

  it("unpacks the compressed file of admin.analytics.getFile", async () => {
    const rows = [
      { date: "2026-01-01", user_id: "U1" },
      { date: "2026-01-01", user_id: "U2" },
    ];
    const packed = gzipSync(rows.map((row) => JSON.stringify(row)).join("\n"));
    expect(
      await call({ headers: { "content-type": "application/gzip" }, body: packed }, "admin.analytics.getFile"),
    ).toMatchObject({ file_data: rows });
  });

  it("reads the refusal of admin.analytics.getFile, and fails on a file that is damaged", async () => {
    const refused = call({ body: { ok: false, error: "file_not_found" } }, "admin.analytics.getFile");
    expect(await rejection(refused)).toMatchObject({
      code: ErrorCode.PlatformError,
      data: { error: "file_not_found" },
    });
    const damaged = call(
      { headers: { "content-type": "application/gzip" }, body: "not compressed" },
      "admin.analytics.getFile",
    );
    expect(await rejection(damaged)).toMatchObject({ code: ErrorCode.PlatformError });
  });

  it("adds scopes and Retry-After of the headers to an answer's metadata", async () => {
    const headers = {
      "x-oauth-scopes": "files:read, chat:write:bot",
      "x-accepted-oauth-scopes": "files:read",
      "retry-after": "100",
    };
    expect(await call({ headers, body: '{"ok":true,"response_metadata":{"foo":"bar"}}' })).toMatchObject({
      response_metadata: {
        foo: "bar",
        scopes: ["files:read", "chat:write:bot"],
        acceptedScopes: ["files:read"],
        retryAfter: 100,
      },
    });
  });

  it("reads JSON whatever type it says it is, and rejects a body that is none", async () => {
    expect(await call({ headers: { "content-type": "text/html" }, body: '{ "ok": true }' })).toMatchObject({
      ok: true,
    });
    expect((await rejection(call({ body: "something wrong!" }))).message).toBe(
      "An API error occurred: something wrong!",
    );
    expect(await rejection(call({ body: "" }))).toBeInstanceOf(WebAPIPlatformError);
  });
});
