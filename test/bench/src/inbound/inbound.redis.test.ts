import type { AddressInfo } from "node:net";
import { type RedisServer, startRedisServer } from "@sluice/test/redis-server";
import { afterAll, beforeAll, expect, it } from "vitest";
import { measureBucketBytes } from "./bucket-bytes.js";
import { openDeciders } from "./deciders.js";
import { measureHttp } from "./http.js";
import { measureInboundLatency } from "./latency.js";
import { measureLeased } from "./leased.js";
import { type Framework, type Limiting, servers } from "./servers.js";

let server: RedisServer;
beforeAll(async () => {
  server = await startRedisServer();
});
afterAll(() => server.stop());
/** Up to ten processes are started, one after the other. */
const slow = { timeout: 120_000 };

it("everybody lets a user in, ours and the others", async () => {
  const deciders = await openDeciders(server.url);
  expect(deciders.map(({ name }) => name)).toEqual([
    "sluice",
    "sluice, no reputation",
    "sluice, lease",
    "sluice, each asked",
    "express-rate-limit",
    "@fastify/rate-limit",
    "rate-limiter-flexible",
    "hono-rate-limiter",
  ]);
  // Ours goes by its share, which begins empty, where the first connection takes too long.
  for (const { name, decide } of deciders) {
    if (name.startsWith("sluice")) await expect.poll(() => decide("alice"), { timeout: 10_000 }).toBe(true);
    else expect(await decide("alice")).toBe(true);
  }
});

const frameworks = Object.keys(servers) as Framework[];
const limits: readonly Limiting[] = ["none", "fields alone", "sluice, lease", "peer, in memory", "peer, over Redis"];
const pairs = frameworks.flatMap((framework) =>
  limits
    .filter((limiting) => framework !== "node:http" || !limiting.startsWith("peer"))
    .map((limiting): [Framework, Limiting] => [framework, limiting]),
);

it.each(pairs)(
  "%s with %s in front answers the same object, and says what is left where it limits",
  async (framework, limiting) => {
    const http = await servers[framework](limiting, server.url);
    await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
    try {
      const { port } = http.address() as AddressInfo;
      const response = await fetch(`http://127.0.0.1:${port}/things/1`, { headers: { "x-user": "alice" } });
      expect(response.status).toBe(200);
      expect(await response.json()).toEqual({ id: 1, name: "a thing", tags: ["one", "two"] });
      const record = await fetch(`http://127.0.0.1:${port}/records/1`, { headers: { "x-user": "alice" } });
      expect(await record.json()).toMatchObject({ id: 1, total: 7866 });
      const page = await fetch(`http://127.0.0.1:${port}/pages/1`, { headers: { "x-user": "alice" } });
      expect(await page.json()).toMatchObject({ html: expect.stringContaining("€7,866.00") });
      const fields = [...response.headers.keys()].filter((name) => name.includes("ratelimit"));
      expect(fields.length > 0).toBe(limiting !== "none");
    } finally {
      http.closeAllConnections();
      http.close();
    }
  },
);

it.each(frameworks)("the fields alone are those that ours writes at %s", async (framework) => {
  const fieldsOf = async (limiting: Limiting): Promise<string[]> => {
    const http = await servers[framework](limiting, server.url);
    await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
    const { port } = http.address() as AddressInfo;
    const { headers } = await fetch(`http://127.0.0.1:${port}/things/1`, { headers: { "x-user": "bob" } });
    http.closeAllConnections();
    http.close();
    return [...headers].flatMap(([name, value]) => (name.includes("ratelimit") ? `${name}: ${value.length}` : []));
  };
  expect(await fieldsOf("fields alone")).toEqual(await fieldsOf("sluice, lease"));
});

it("latency is measured one at a time and in a crowd, ours in relation to everybody", slow, async () => {
  const tiny = { rounds: 1, calls: 128 };
  const tables = await measureInboundLatency(server.url, { single: { rounds: 1, calls: 10 }, crowd: tiny });
  expect(tables.map(({ rows }) => rows.length)).toEqual([8, 8]);
  for (const { rows } of tables) for (const [, p50, p99] of rows) expect(p99).toBeGreaterThanOrEqual(p50 as number);
});

it("leases are measured in two processes, and let everybody in who may", slow, async () => {
  // Long enough for more decisions than a thousand users have tokens, on a slow machine too.
  const { rows } = await measureLeased(server, { rounds: 1, sliceMs: 120 });
  for (const row of rows) {
    expect(row[1]).toBeGreaterThan(0);
    if (String(row[0]).includes("refused")) expect(row.at(-1)).toBeLessThan(1);
    else expect(row.at(-1)).toBe(1);
  }
});

it("bytes are measured of buckets that are all still in use", slow, async () => {
  const users = 5000;
  const { rows } = await measureBucketBytes(users);
  for (const [, heap, outside, together, buckets] of rows) {
    expect(together).toBeCloseTo((heap as number) + (outside as number), 6);
    expect(buckets).toBe(users);
  }
});

it("web servers are measured with and without", slow, async () => {
  const { rows } = await measureHttp(server, { turns: 1, sliceMs: 10, frameworks: ["node:http"] });
  expect(rows).toHaveLength(8);
  for (const [, , , , bare, limited] of rows) {
    expect(bare).toBeGreaterThan(0);
    expect(limited).toBeGreaterThan(0);
  }
});
