import { createPolicyEngine, type Identity, type Policy } from "@sluice/policy";
import { type RedisServer, startRedisServer } from "@sluice/test/redis-server";
import express, { type Request } from "express";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { rateLimit } from "../express/index.js";
import { countOf, flood, type Service, serveExpress } from "./service.test-support.js";

let redis: RedisServer;
beforeAll(async () => {
  redis = await startRedisServer();
});
afterAll(() => redis.stop());

/** Two servers of one service; who calls was verified by a gateway in front, which tests play. */
async function service(name: string, policies: readonly Policy[]): Promise<{ urls: string[]; stop(): Promise<void> }> {
  // A server that stands still for a second has not failed.
  const where = { url: redis.url, commandTimeoutMs: 5000 };
  const made = await Promise.all(
    [1, 2].map(async () => {
      const engine = createPolicyEngine({ name, redis: where, policies });
      const app = express();
      const identify = (request: Request): Partial<Identity> => {
        const [user, apiKey] = [request.get("x-test-user"), request.get("x-test-key")];
        return { ...(user === undefined ? {} : { user }), ...(apiKey === undefined ? {} : { apiKey }) };
      };
      app.use(rateLimit({ engine, identify }));
      app.get("/things", (_request, response) => void response.json([]));
      return { engine, served: await serveExpress(app) };
    }),
  );
  const stop = async (): Promise<void> => {
    await Promise.all(made.map(({ served }: { readonly served: Service }) => served.close()));
    await Promise.all(made.map(({ engine }) => engine.close()));
  };
  return { urls: made.map(({ served }) => served.url), stop };
}

describe("two hundred requests at a limit of a hundred a minute, and twenty more at once", () => {
  it("lets a hundred and twenty through, and what comes back while they last", async () => {
    const policy: Policy = { name: "global", scope: "global", windows: [{ limit: 100, per: "minute", burst: 20 }] };
    const { urls, stop } = await service("global", [policy]);
    const startedMs = performance.now();
    const halves = await Promise.all(urls.map((url) => flood(url, 100, () => ({ path: "/things" }), 20)));
    const tookMs = performance.now() - startedMs;
    const answers = halves.flat();
    const allowed = countOf(answers, 200);
    expect(allowed).toBeGreaterThanOrEqual(120);
    expect(allowed).toBeLessThanOrEqual(120 + Math.ceil(tookMs / 600));
    expect(allowed + countOf(answers, 429)).toBe(200);
    const waits = answers.filter(({ status }) => status === 429).map(({ headers }) => Number(headers["retry-after"]));
    expect(new Set(waits)).toEqual(new Set([1]));
    console.log(`${allowed} of 200 were let through in ${Math.round(tookMs)} ms`);
    await stop();
  });
});

describe("one third party that sends thirty at a limit of ten", () => {
  it("is refused twenty, and nobody else notices", async () => {
    const policies: Policy[] = [
      { name: "third-parties", scope: "apiKey", windows: [{ limit: 10, per: "hour" }] },
      { name: "users", scope: "user", windows: [{ limit: 10, per: "hour" }] },
    ];
    const { urls, stop } = await service("third-parties", policies);
    const send = (headers: Record<string, string>, count: number): ReturnType<typeof flood> =>
      flood(urls[0] ?? "", count, () => ({ path: "/things", headers }), 10);
    const [greedy, other, user, nobody] = await Promise.all([
      send({ "x-test-key": "key-of-greedy" }, 30),
      send({ "x-test-key": "key-of-other" }, 10),
      send({ "x-test-user": "alice" }, 10),
      send({}, 10),
    ]);
    expect([countOf(greedy, 200), countOf(greedy, 429)]).toEqual([10, 20]);
    expect([other, user, nobody].map((answers) => countOf(answers, 200))).toEqual([10, 10, 10]);
    expect(greedy.at(-1)?.json).toMatchObject({ policy: "third-parties", scope: "apiKey" });
    expect(JSON.stringify(greedy)).not.toContain("key-of-greedy");
    await stop();
  });
});
