import { createFakeClock } from "@sluice/core/testing";
import { createFailureBackoff } from "@sluice/limiter";
import { redisStore } from "@sluice/limiter-redis";
import { type RedisServer, startRedisServer } from "@sluice/test/redis-server";
import express, { type ErrorRequestHandler } from "express";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { concurrencyLimit } from "../express/index.js";
import { problemOfError } from "../index.js";
import { type Answered, ask } from "../testing/ask.test-support.js";
import { countOf, serveExpress } from "./service.test-support.js";

const soon = { timeout: 10_000 };
let redis: RedisServer;
beforeAll(async () => {
  redis = await startRedisServer();
});
afterAll(() => redis.stop());

/** Two servers whose jobs run until they are let go, and how many ran at a time in both together. */
async function runners(name: string, maxWaiting: number) {
  let running = 0;
  let most = 0;
  const ends = new Set<() => void>();
  const made = await Promise.all(
    [1, 2].map(async () => {
      // A server that stands still for a second has not failed.
      const store = redisStore({ url: redis.url, commandTimeoutMs: 5000 });
      const places = concurrencyLimit({ store, name, max: 10, maxWaiting, maxWaitMs: 20_000 });
      const app = express();
      app.post("/jobs", places, async (_request, response) => {
        running += 1;
        most = Math.max(most, running);
        await new Promise<void>((resolve) => ends.add(resolve));
        running -= 1;
        response.status(201).json({ done: true });
      });
      return { store, places, served: await serveExpress(app) };
    }),
  );
  return {
    running: () => running,
    waiting: () => made.reduce((sum, { places }) => sum + places.waiting, 0),
    most: () => most,
    letGo: (): void => {
      for (const end of ends) end();
      ends.clear();
    },
    /** Sends so many jobs to the first server, and so many to the second. */
    send: (...counts: readonly number[]): { readonly answers: Answered[]; readonly all: Promise<unknown> } => {
      const answers: Answered[] = [];
      const asked = made.flatMap(({ served: { url } }, which) =>
        Array.from({ length: counts[which] ?? 0 }, async () => {
          answers.push(await ask(url, { method: "POST", path: "/jobs" }));
        }),
      );
      return { answers, all: Promise.all(asked) };
    },
    stop: async (): Promise<void> => {
      for (const { served, places, store } of made) {
        await served.close();
        await places.close();
        await store.close();
      }
    },
  };
}

describe("fifteen jobs where ten may run", () => {
  it("refuses five, and takes on others when the ten have ended", async () => {
    const { running, most, letGo, send, stop } = await runners("refusing", 0);
    /** None ends before all are decided about. */
    const round = async (...counts: readonly number[]): Promise<Answered[]> => {
      const sent = send(...counts);
      const count = counts.reduce((sum, one) => sum + one, 0);
      await expect.poll(() => running() + sent.answers.length, soon).toBe(count);
      letGo();
      await sent.all;
      return sent.answers;
    };
    const answers = await round(8, 7);
    expect([countOf(answers, 201), countOf(answers, 503), most()]).toEqual([10, 5, 10]);
    expect(answers.find(({ status }) => status === 503)?.headers["retry-after"]).toBe("1");
    // The store hears of their end when they have been answered.
    await vi.waitFor(async () => expect(countOf(await round(0, 10), 201)).toBe(10), soon);
    await stop();
  });

  it("lets five wait where they may, and runs them all, never more than ten at a time", async () => {
    const { running, waiting, most, letGo, send, stop } = await runners("waiting", 15);
    const { answers, all } = send(8, 7);
    await expect.poll(() => [running(), waiting()], soon).toEqual([10, 5]);
    letGo();
    await expect.poll(() => [running(), waiting()], soon).toEqual([5, 0]);
    letGo();
    await all;
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
