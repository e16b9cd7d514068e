import { ConfigError } from "@sluice/core";
import { describe, expect, it } from "vitest";
import { etagCache, type EtagCacheOptions } from "../index.js";
import { factory, kinds, recorder, rejection } from "../test-support/clients.test-support.js";
import { type LocalServer, type Received, type Reply, startServer } from "../test-support/server.test-support.js";

/** Answers 304 to who has the right tag, and tells the version in the body. */
async function tagging(version: () => number, more: (request: Received) => Reply = () => ({})): Promise<LocalServer> {
  return startServer((request) => {
    const etag = `W/"v${version()}"`;
    const known = header(request, "if-none-match") === etag;
    const own = more(request);
    return known
      ? { status: 304, headers: { etag, "x-ratelimit-remaining": "77", ...own.headers } }
      : { body: { items: [version()], total_count: 1, path: request.path }, ...own, headers: { etag, ...own.headers } };
  });
}

function header({ headers }: Received, wanted: string): string | undefined {
  return headers.find(([name]) => name.toLowerCase() === wanted)?.[1];
}

const sent = ({ received }: LocalServer): (string | undefined)[] => received.map((one) => header(one, "if-none-match"));

describe.each(kinds)("in %s", (_name, make) => {
  it("an unchanged page comes from memory, with what the server says of its limits", async () => {
    let version = 1;
    const server = await tagging(() => version);
    const seen = recorder();
    const client = make(server.origin, { hooks: [etagCache(), ...seen.hooks] });
    const first = await client.request("GET /x");
    const second = await client.request("GET /x");
    expect(second).toMatchObject({ status: 200, url: first.url, data: first.data as object });
    expect(second.headers["x-ratelimit-remaining"]).toBe("77");
    expect(second.headers["content-type"]).toBe("application/json");
    version = 2;
    expect((await client.request("GET /x")).data).toMatchObject({ items: [2] });
    expect((await client.request("GET /x")).data).toMatchObject({ items: [2] });
    expect(sent(server)).toEqual([undefined, 'W/"v1"', 'W/"v1"', 'W/"v2"']);
    expect(seen.attempts).toHaveLength(4);
  });

  it("what is done to an answer does not reach the next one", async () => {
    const server = await tagging(() => 1);
    const client = make(server.origin, { hooks: [etagCache()] });
    const all = (): Promise<unknown> => client.paginate("GET /search/x");
    expect([await all(), await all(), await all()]).toEqual([[1], [1], [1]]);
  });

  it("is kept apart by address, query, format and who asks", async () => {
    const server = await tagging(() => 1);
    const hook = etagCache();
    const client = make(server.origin, { hooks: [hook] });
    await client.request("GET /x");
    await client.request("GET /y");
    await client.request("GET /x", { page: 2 });
    await client.request("GET /x", { mediaType: { format: "raw" } });
    await make(server.origin, { hooks: [hook] }).request("GET /x");
    expect(sent(server)).toEqual(Array(5).fill(undefined));
  });

  it.each([
    ["a write", "POST /x", {}],
    ["HEAD", "HEAD /x", {}],
    ["what must not be stored", "GET /x", { headers: { "cache-control": "no-store" } }],
    ["another status", "GET /x", { status: 203 }],
  ])("%s is not kept", async (_what, route, reply) => {
    const server = await tagging(
      () => 1,
      () => reply,
    );
    const client = make(server.origin, { hooks: [etagCache()] });
    await client.request(route);
    await client.request(route);
    expect(sent(server)).toEqual([undefined, undefined]);
  });

  it("who brings a tag of his own gets the SDK's own 304", async () => {
    const server = await tagging(() => 1);
    const client = make(server.origin, { hooks: [etagCache()] });
    await client.request("GET /x");
    const error = await rejection(client.request("GET /x", { headers: { "if-none-match": 'W/"v1"' } }));
    expect(error["status"]).toBe(304);
  });

  it("a stream goes by", async () => {
    const server = await tagging(() => 1);
    const client = make(server.origin, { hooks: [etagCache()] });
    for (const _ of [1, 2]) {
      const { data } = await client.request("GET /x", { request: { parseSuccessResponseBody: false } });
      await new Response(data as ReadableStream).text();
    }
    expect(sent(server)).toEqual([undefined, undefined]);
  });
});

describe("its bounds hold:", () => {
  it.each([
    ["entries", { maxEntries: 2 }],
    ["bytes", { maxBytes: 3000 }],
  ])("by %s, what was not used for longest goes first", async (_what, options: EtagCacheOptions) => {
    const filler = options.maxBytes === undefined ? "" : "x".repeat(500);
    const server = await tagging(
      () => 1,
      () => ({ body: { filler } }),
    );
    const client = factory(server.origin, { hooks: [etagCache(options)] });
    for (const path of ["a", "b", "a", "c", "a", "b"]) await client.request(`GET /${path}`);
    expect(sent(server).map((tag) => tag !== undefined)).toEqual([false, false, true, false, true, false]);
  });

  it("what is larger than the whole is not kept", async () => {
    const server = await tagging(() => 1);
    const client = factory(server.origin, { hooks: [etagCache({ maxBytes: 10 })] });
    await client.request("GET /x");
    await client.request("GET /x");
    expect(sent(server)).toEqual([undefined, undefined]);
  });

  it.each([{ maxEntries: 0 }, { maxEntries: 1.5 }, { maxBytes: 0 }, { maxBytes: Number.NaN }])(
    "and are checked: %j",
    (options) => {
      expect(() => etagCache(options)).toThrow(ConfigError);
    },
  );
});

describe("an unchanged page costs", () => {
  const tokens = { resources: { core: { kind: "tokenBucket", refillRate: 0.001, burst: 2 } } } as const;

  it("nothing of the primary limit", async () => {
    const server = await tagging(
      () => 1,
      () => ({ headers: { "x-ratelimit-remaining": "1" } }),
    );
    const client = factory(server.origin, { quota: tokens, hooks: [etagCache()] });
    for (let n = 0; n < 10; n += 1) await client.request("GET /x");
    expect(server.received).toHaveLength(10);
  });

  it("its token when nobody said who asks", async () => {
    const server = await tagging(() => 1);
    const quota = { tier: "unauthenticated", ...tokens } as const;
    const client = factory(server.origin, { auth: undefined, quota, timeoutMs: 10_000, hooks: [etagCache()] });
    await client.request("GET /x");
    await client.request("GET /x");
    const error = await rejection(client.request("GET /x"));
    expect(error["code"]).toMatch(/^(?:LIMIT|DEADLINE)_EXCEEDED$/);
  });
});

it("a 304 that the SDK's user asked for gives its token back too", async () => {
  const server = await startServer(() => ({ status: 304 }));
  const quota = { resources: { core: { kind: "tokenBucket", refillRate: 0.001, burst: 1 } } } as const;
  const client = factory(server.origin, { quota });
  for (let n = 0; n < 4; n += 1)
    expect(await rejection(client.request("GET /x", { headers: { "if-none-match": '"a"' } }))).toMatchObject({
      status: 304,
    });
});
