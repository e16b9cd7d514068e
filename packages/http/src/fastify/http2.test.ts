import { type ClientHttp2Session, connect, constants } from "node:http2";
import type { AddressInfo } from "node:net";
import type { Policy } from "@sluice/policy";
import Fastify, { type FastifyInstance } from "fastify";
import { afterEach, describe, expect, it, vi } from "vitest";
import { concurrencyLimit, rateLimit } from "./index.js";

const soon = { timeout: 10_000 };
const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

type Http2App = ReturnType<typeof http2App>;
const http2App = () => Fastify({ http2: true });

async function serve(app: Http2App): Promise<ClientHttp2Session> {
  await (app as unknown as FastifyInstance).listen({ port: 0, host: "127.0.0.1" });
  const client = connect(`http://127.0.0.1:${(app.server.address() as AddressInfo).port}`);
  client.on("error", () => {});
  closing.push(
    () => app.close(),
    () => client.destroy(),
  );
  return client;
}

/** The status; undefined for a request that was cancelled before it was answered. */
function get(client: ClientHttp2Session, path = "/", cancelAfterMs?: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const request = client.request({ ":path": path });
    let status: number | undefined;
    request.on("response", (headers) => (status = headers[":status"]));
    request.on("error", () => {});
    request.on("close", () => resolve(status));
    request.resume();
    request.end();
    if (cancelAfterMs !== undefined) setTimeout(() => request.close(constants.NGHTTP2_CANCEL), cancelAfterMs);
  });
}

describe("over HTTP/2", () => {
  it("has the places back of answers, and of requests that were cancelled, before their place was granted too", async () => {
    const app = http2App();
    let identifyMs = 0;
    await app.register(concurrencyLimit, {
      max: 2,
      identify: async () => {
        await new Promise((resolve) => setTimeout(resolve, identifyMs));
        return {};
      },
    });
    let slow = 0;
    app.get("/", async () => "ok");
    app.get("/slow", () => {
      slow += 1;
      return new Promise(() => {});
    });
    const client = await serve(app);
    for (let n = 0; n < 5; n += 1) expect(await get(client)).toBe(200);
    expect(await Promise.all([get(client, "/slow", 50), get(client, "/slow", 50)])).toEqual([undefined, undefined]);
    expect(slow).toBe(2);
    await vi.waitFor(async () => expect(await get(client)).toBe(200), soon);
    identifyMs = 60;
    await Promise.all([1, 2, 3, 4].map(() => get(client, "/", 10)));
    identifyMs = 0;
    await vi.waitFor(async () => expect(await Promise.all([get(client), get(client)])).toEqual([200, 200]), soon);
  });

  it("gives back what was taken for requests that the client cancelled, where failed ones are refunded", async () => {
    const policy: Policy = { name: "five", scope: "global", windows: [{ limit: 5, per: "hour" }] };
    const app = http2App();
    await app.register(rateLimit, { policies: [policy], refund: "failed" });
    app.get("/", async () => "ok");
    app.get("/slow", () => new Promise(() => {}));
    const client = await serve(app);
    expect(await get(client)).toBe(200);
    await Promise.all([1, 2, 3, 4].map(() => get(client, "/slow", 50)));
    await vi.waitFor(async () => {
      expect((await app.rateLimitEngine.peek({ endpoint: "GET /" })).remaining).toBe(4);
    }, soon);
  });
});
