import { createFakeClock } from "@sluice/core/testing";
import { expect, it } from "vitest";
import { factory } from "../test-support/clients.test-support.js";
import { startServer } from "../test-support/server.test-support.js";

/** The limit's refusal, or the deadline, whichever comes first. */
const outOfTime = expect.stringMatching(/^(?:LIMIT|DEADLINE)_EXCEEDED$/) as string;

it("no more requests are in flight than are allowed, and the places come back", async () => {
  let [inFlight, most] = [0, 0];
  const server = await startServer(async () => {
    inFlight += 1;
    most = Math.max(most, inFlight);
    await new Promise((resolve) => setTimeout(resolve, 10));
    inFlight -= 1;
    return {};
  });
  const client = factory(server.origin, { quota: { tier: "user", concurrent: 3 } });
  await Promise.all(Array.from({ length: 20 }, (_, n) => client.request("GET /user", { n })));
  expect(most).toBeLessThanOrEqual(3);
  expect(server.received).toHaveLength(20);
});

it("a minute's searches go at once, the next ones when the minute is over", async () => {
  const clock = createFakeClock();
  const server = await startServer();
  const client = factory(server.origin, { clock, timeoutMs: 200_000, quota: { tier: "user", secondary: false } });
  let answered = 0;
  const search = async (n: number): Promise<void> => {
    await client.request("GET /search/users", { q: `${n}` });
    answered += 1;
  };
  const all = Promise.all(Array.from({ length: 40 }, (_, n) => search(n)));
  // A request counts from its answer on, so all are here before the clock moves.
  await expect.poll(() => answered, { timeout: 10_000 }).toBe(30);
  await clock.advance(59_000);
  expect(server.received).toHaveLength(30);
  await clock.advance(5000);
  await all;
  expect(server.received).toHaveLength(40);
});

it("content is held to its own minute, while other writes go on", async () => {
  const clock = createFakeClock();
  const server = await startServer();
  const client = factory(server.origin, { clock, timeoutMs: 1000 });
  const create = (n: number): Promise<unknown> => client.rest.issues.create({ owner: "o", repo: "r", title: `${n}` });
  for (let n = 0; n < 80; n += 1) await create(n);
  const settled = Promise.allSettled([create(81)]);
  await client.rest.repos.update({ owner: "o", repo: "r" });
  await clock.advance(1001);
  const [last] = await settled;
  expect(last).toMatchObject({ status: "rejected", reason: { code: outOfTime } });
  expect(server.received).toHaveLength(81);
});

it("shadow and disabled hold nobody up", async () => {
  const server = await startServer();
  const quota = { resources: { core: { kind: "tokenBucket", refillRate: 0.001, burst: 1 } } } as const;
  const client = factory(server.origin, { quota });
  await client.request("GET /user");
  for (const mode of ["shadow", "disabled"] as const) {
    client.mode = mode;
    await client.request("GET /user");
    expect(client.mode).toBe(mode);
  }
  client.mode = "enforce";
  await expect(client.request("GET /user")).rejects.toMatchObject({ code: "LIMIT_EXCEEDED" });
  expect(server.received).toHaveLength(3);
});
