import { createFakeClock } from "@sluice/core/testing";
import { createFailureBackoff } from "@sluice/limiter";
import { redisStore } from "@sluice/limiter-redis";
import { type RedisServer, startRedisServer } from "@sluice/test/redis-server";
import express, { type ErrorRequestHandler } from "express";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { concurrencyLimit } from "../express/index.js";
import { problemOfError } from "../index.js";
import { ask } from "../testing/ask.test-support.js";
import { countOf, flood, serveExpress } from "./service.test-support.js";

let redis: RedisServer;
beforeAll(async () => {
  redis = await startRedisServer();
});
afterAll(() => redis.stop());

/** Two servers that run jobs of 300 ms, and how many ran at a time in both together. */
async function runners(
  name: string,
  maxWaiting: number,
): Promise<{ urls: string[]; most: () => number; stop(): Promise<void> }> {
  let running = 0;
  let most = 0;
  const made = await Promise.all(
    [1, 2].map(async () => {
      const store = redisStore({ url: redis.url });
      const places = concurrencyLimit({ store, name, max: 10, maxWaiting });
      const app = express();
      app.post("/jobs", places, async (_request, response) => {
        running += 1;
        most = Math.max(most, running);
        await new Promise((resolve) => setTimeout(resolve, 300));
        running -= 1;
        response.status(201).json({ done: true });
      });
      return { store, places, served: await serveExpress(app) };
    }),
  );
  const stop = async (): Promise<void> => {
    for (const { served, places, store } of made) {
      await served.close();
      await places.close();
      await store.close();
    }
  };
  return { urls: made.map(({ served }) => served.url), most: () => most, stop };
}

describe("fifteen jobs where ten may run", () => {
  const post = (url: string, count: number): ReturnType<typeof flood> =>
    flood(url, count, () => ({ method: "POST", path: "/jobs" }), count);

  it("refuses five, and takes on others when the ten have ended", async () => {
    const { urls, most, stop } = await runners("refusing", 0);
    const [a = "", b = ""] = urls;
    const answers = (await Promise.all([post(a, 8), post(b, 7)])).flat();
    expect([countOf(answers, 201), countOf(answers, 503), most()]).toEqual([10, 5, 10]);
    expect(answers.find(({ status }) => status === 503)?.headers["retry-after"]).toBe("1");
    expect(countOf(await post(b, 10), 201)).toBe(10);
    await stop();
  });

  it("lets five wait where they may, and runs them all, never more than ten at a time", async () => {
    const { urls, most, stop } = await runners("waiting", 15);
    const [a = "", b = ""] = urls;
    const answers = (await Promise.all([post(a, 8), post(b, 7)])).flat();
    expect([countOf(answers, 201), most()]).toEqual([15, 10]);
    await stop();
  });
});

describe("a build that failed and is tried again within five minutes", () => {
  it("is refused with the time that is left, and tried when it is over; other builds go on", async () => {
    const clock = createFakeClock();
    const backoff = createFailureBackoff({ baseMs: 300_000, maxMs: 300_000, clock });
    let builds = 0;
    const app = express();
    app.post("/builds/:name", async (request, response) => {
      const name = request.params.name;
      await backoff.run(name, () => {
        builds += 1;
        if (name === "broken" && builds < 3) throw new Error("does not compile");
      });
      response.status(201).json({ built: name });
    });
    const answer: ErrorRequestHandler = (error, _request, response, _next) => {
      const problem = problemOfError(error, 409);
      if (problem === undefined) return void response.status(500).json({});
      response.status(problem.status).set("Retry-After", String(problem.retryAfter)).type("application/problem+json");
      response.send(JSON.stringify(problem));
    };
    app.use(answer);
    const { url, close } = await serveExpress(app);
    const build = (name: string): ReturnType<typeof ask> => ask(url, { method: "POST", path: `/builds/${name}` });
    expect((await build("broken")).status).toBe(500);
    await clock.advance(60_000);
    const again = await build("broken");
    expect([again.status, again.headers["retry-after"], again.json["retryAfter"], builds]).toEqual([
      409,
      "240",
      240,
      1,
    ]);
    expect((await build("sound")).status).toBe(201);
    await clock.advance(240_000);
    expect((await build("broken")).status).toBe(201);
    await close();
  });
});
