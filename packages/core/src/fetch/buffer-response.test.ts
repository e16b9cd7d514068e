import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";
import { describe, expect, it, onTestFinished } from "vitest";
import { bufferResponse } from "./buffer-response.js";

async function answer(listener: RequestListener, init?: RequestInit): Promise<Response> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/things`, init);
}

/** What a transport that does not count bytes makes of a connection that broke. */
const cut = (length: string, headers: Record<string, string> = {}) =>
  new Response("01234", { headers: { "content-length": length, ...headers } });

describe("a response read whole", () => {
  it("has the status, headers, address and body of the original", async () => {
    const original = await answer((_request, response) =>
      response.writeHead(201, "Made", { "x-own": "1" }).end("body"),
    );
    const whole = await bufferResponse(original);
    const { status, statusText, url, redirected, type, bodyUsed } = whole;
    expect({ status, statusText, url, redirected, type, bodyUsed }).toEqual({
      status: 201,
      statusText: "Made",
      url: original.url,
      redirected: false,
      type: "basic",
      bodyUsed: false,
    });
    expect(Object.fromEntries(whole.headers)).toEqual(Object.fromEntries(original.headers));
    expect(await whole.text()).toBe("body");
    expect(original.bodyUsed).toBe(true);
  });

  it("fails like a broken connection when fewer bytes came than were promised", async () => {
    const error = await bufferResponse(cut("10")).catch((failure: unknown) => failure as Error);
    expect(error).toBeInstanceOf(TypeError);
    expect(error).toMatchObject({
      message: "fetch failed",
      cause: { code: "ECONNRESET", message: "The body ended after 5 of 10 bytes" },
    });
  });

  it.each(["5", "4", "0", "many"])("is taken with 5 bytes where %s were promised", async (length) => {
    expect(await (await bufferResponse(cut(length))).text()).toBe("01234");
  });

  it("is taken without a promise", async () => {
    expect(await (await bufferResponse(new Response("01234"))).text()).toBe("01234");
  });

  it("may be shorter than what it was compressed to", async () => {
    const original = await answer((_request, response) => {
      const bytes = gzipSync("a");
      response.writeHead(200, { "content-encoding": "gzip", "content-length": bytes.length }).end(bytes);
    });
    expect(Number(original.headers.get("content-length"))).toBeGreaterThan(1);
    expect(await (await bufferResponse(original)).text()).toBe("a");
  });

  it.each(["HEAD", "head"])("has a length and no body after %s", async (method) => {
    const original = new Response("", { headers: { "content-length": "12" } });
    const whole = await bufferResponse(original, { method });
    expect(whole.headers.get("content-length")).toBe("12");
    expect(await whole.text()).toBe("");
  });

  it("is held to the promise after any other method", async () => {
    await expect(bufferResponse(cut("10"), { method: "POST" })).rejects.toThrow(TypeError);
  });

  it.each([204, 304])("is the original itself when a %d has no body", async (status) => {
    const original = await answer((_request, response) => response.writeHead(status, { etag: '"1"' }).end());
    expect(await bufferResponse(original)).toBe(original);
    expect(original.bodyUsed).toBe(false);
  });

  it("keeps an absent body absent, whatever length is promised", async () => {
    const original = new Response(null, { headers: { "content-length": "12" } });
    expect(await bufferResponse(original)).toBe(original);
    expect(original.body).toBeNull();
  });
});
