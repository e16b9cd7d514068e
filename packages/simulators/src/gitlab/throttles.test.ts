import { describe, expect, it } from "vitest";
import { manualClock } from "../clock.js";
import { bench } from "./simulator.test-support.js";

/** How many of several requests were let through, one after the other. */
async function good(times: number, ask: () => Promise<Response>): Promise<number> {
  let count = 0;
  for (let turn = 0; turn < times; turn += 1) if ((await ask()).status < 300) count += 1;
  return count;
}

describe("the throttle in front", () => {
  it("shows on every answer how it stands", async () => {
    const { ask } = await bench({ clock: manualClock(), wallClock: manualClock(30_000) });
    await ask("/version");
    const { headers } = await ask("/version");
    expect(Object.fromEntries(headers)).toMatchObject({
      "ratelimit-limit": "2000",
      "ratelimit-name": "throttle_authenticated_api",
      "ratelimit-observed": "2",
      "ratelimit-remaining": "1998",
      "ratelimit-reset": "60",
    });
    expect([headers.has("ratelimit-resettime"), headers.has("retry-after")]).toEqual([false, false]);
  });

  it("refuses in plain text until the minute of the clock on the wall is over", async () => {
    const clock = manualClock();
    const { ask, simulator } = await bench({ limits: { authenticatedApi: 2 }, clock, wallClock: manualClock(30_000) });
    expect(await good(3, () => ask("/version"))).toBe(2);
    const refused = await ask("/version");
    expect([refused.status, await refused.text()]).toEqual([429, "Retry later\n"]);
    expect(Object.fromEntries(refused.headers)).toMatchObject({
      "content-type": "text/plain",
      "retry-after": "30",
      "ratelimit-limit": "2",
      "ratelimit-observed": "4",
      "ratelimit-remaining": "0",
      "ratelimit-reset": "60",
      "ratelimit-resettime": "Thu, 01 Jan 1970 00:01:00 GMT",
    });
    expect(simulator.ledger.throttled()).toHaveLength(2);
    expect(simulator.ledger.throttled()[0]).toMatchObject({
      limit: "authenticatedApi",
      cost: 0,
      retryAfterSeconds: 30,
    });
    clock.advance(29_999);
    expect((await ask("/version")).status).toBe(429);
    clock.advance(1);
    expect((await ask("/version")).status).toBe(200);
  });

  it("counts by user, whatever the token, and by address without one", async () => {
    const tokens = { one: { username: "alice" }, two: { username: "alice" }, three: { username: "bob" } };
    const { ask } = await bench({ tokens, limits: { authenticatedApi: 1, unauthenticated: 1 } });
    const as = (token: string) => ask("/projects", { headers: { "private-token": token } });
    expect([(await as("one")).status, (await as("two")).status, (await as("three")).status]).toEqual([200, 429, 200]);
    const nobody = (await as("wrong")).headers;
    expect(nobody.get("ratelimit-name")).toBe("throttle_unauthenticated_api");
    expect((await as("wrong")).status).toBe(429);
  });

  it("of repository files is counted per file", async () => {
    const { ask } = await bench({ limits: { repositoryFilesApi: 1 } });
    const file = (path: string) => ask(`/projects/1/repository/files/${path}?ref=main`);
    expect([(await file("README.md")).status, (await file("README.md")).status, (await file("none")).status]).toEqual([
      200, 429, 404,
    ]);
    expect((await ask("/version")).headers.get("ratelimit-observed")).toBe("1");
  });

  it("of a self-managed instance is off until it is set, and is then told by the minute", async () => {
    const off = await bench({ tier: "self-managed" });
    expect((await off.ask("/version")).headers.has("ratelimit-limit")).toBe(false);
    const on = await bench({ tier: "self-managed", limits: { authenticatedApi: 90 } });
    const { headers } = await on.ask("/version");
    expect([headers.get("ratelimit-limit"), headers.get("ratelimit-remaining")]).toEqual(["2", "89"]);
  });

  it("runs faster with speed, and tells real time", async () => {
    const [clock, wallClock] = [manualClock(), manualClock(60_000)];
    const { ask } = await bench({ limits: { authenticatedApi: 1 }, speed: 20, clock, wallClock });
    await ask("/version");
    const { headers } = await ask("/version");
    expect([headers.get("retry-after"), headers.get("ratelimit-reset")]).toEqual(["3", "63"]);
    clock.advance(3_000);
    expect((await ask("/version")).status).toBe(200);
  });

  it("is eaten into by a stranger, as the headers show", async () => {
    const clock = manualClock();
    const { ask, simulator } = await bench({
      clock,
      wallClock: manualClock(0),
      stranger: { share: 0.5, methods: ["authenticatedApi"] },
    });
    simulator.stranger.leave();
    clock.advance(60_000);
    expect((await ask("/version")).headers.get("ratelimit-observed")).toBe("1");
    simulator.stranger.join();
    clock.advance(6_000);
    expect((await ask("/version")).headers.get("ratelimit-observed")).toBe("102");
  });

  it("is counted but not enforced when told so", async () => {
    const { ask } = await bench({ limits: { authenticatedApi: 1, "GET /projects": 1 }, enforce: false });
    await ask("/projects");
    const { status, headers } = await ask("/projects");
    expect([status, headers.get("ratelimit-observed"), headers.get("ratelimit-remaining")]).toEqual([200, "2", "0"]);
  });
});
