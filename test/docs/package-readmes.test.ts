import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createLimiter, memoryStore } from "@sluice/limiter";
import { createPolicyEngine, defaultPolicies } from "@sluice/policy";
import { Registry } from "prom-client";
import { expect, it, onTestFinished } from "vitest";
import { called } from "../../docs/snippets/core.js";
import { createAcmeApi } from "../../docs/snippets/kit.js";
import { policies, read } from "../../docs/snippets/policies.js";

/** A provider that gives these answers, one after the other, and the instants at which it was asked. */
async function provider(...answers: readonly number[]): Promise<{ readonly url: string; readonly askedMs: number[] }> {
  const left = [...answers];
  const askedMs: number[] = [];
  const server = createServer((_request, response) => {
    askedMs.push(performance.now());
    response.writeHead(left.shift() ?? 500, { "retry-after": "1" }).end("things");
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, askedMs };
}

it("the example of @sluice/core repeats, and tells of each attempt", async () => {
  const { url } = await provider(503, 200);
  const lines: string[] = [];
  await called(url, (line) => lines.push(line), false);
  expect(lines).toEqual([
    "team-a: GET /things, attempt 1, status 503",
    "team-a: GET /things, attempt 2, status 200",
    "things",
  ]);
});

it("the example of @sluice/kit waits for as long as the provider says", async () => {
  const { url, askedMs } = await provider(429, 200);
  const limiter = createLimiter({ store: memoryStore() });
  const acme = createAcmeApi("main", url, { registry: new Registry(), limiter });
  expect(await (await acme.things()).text()).toBe("things");
  await acme.close();
  await limiter.close();
  expect(askedMs).toHaveLength(2);
  expect(Number(askedMs[1]) - Number(askedMs[0])).toBeGreaterThan(950);
});

it("the policies of @sluice/policy are some, and hold for whom it says", async () => {
  await using engine = createPolicyEngine({ policies });
  const holding = async (identity: Parameters<typeof engine.peek>[0]): Promise<readonly string[]> =>
    (await engine.peek(identity)).policies;
  expect(await holding({ tenant: "free-1" })).toEqual(["tenants", "all"]);
  expect(await holding({ tenant: "pro-1" })).toEqual(["paying", "all"]);
  expect(await holding({ tenant: "internal" })).toEqual(["all"]);
  expect(await holding({ ip: "192.0.2.77" })).toEqual(["all", "scrapers"]);
});

it("the file of @sluice/policy goes out and comes in", () => {
  expect(read).toEqual(defaultPolicies);
});
