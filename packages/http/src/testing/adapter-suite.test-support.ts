import { Agent } from "node:http";
import { createFakeClock } from "@sluice/core/testing";
import type { Identity, Policy } from "@sluice/policy";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { App, AppOptions, Adapter } from "./app.test-support.js";
import { type Answered, ask, statuses } from "./ask.test-support.js";
import { describeGuards } from "./guards-suite.test-support.js";

const three: Policy = { name: "three", scope: "global", windows: [{ limit: 3, per: "hour" }] };
const perIp: Policy = { name: "per-ip", scope: "ip", windows: [{ limit: 3, per: "hour" }] };
const perUser: Policy = { name: "per-user", scope: "user", windows: [{ limit: 2, per: "hour" }], together: true };

/** What every adapter has to do, over real HTTP. */
export function describeAdapter(adapter: Adapter): void {
  const apps: App[] = [];
  const start = async (options: AppOptions): Promise<App> => {
    const app = await adapter.start(options);
    apps.push(app);
    return app;
  };
  afterEach(async () => {
    for (const app of apps.splice(0)) await app.close();
  });
  /** The user that authentication has verified, which tests read from a header. */
  const verified = (request: object): Partial<Identity> => {
    const user = adapter.header(request, "x-test-verified");
    return user === undefined ? {} : { user };
  };

  describe(`${adapter.name}: answers`, () => {
    it("says what is left on an allowed answer, in the fields of the draft and in those of old", async () => {
      const { url } = await start({ limit: { policies: [three] } });
      const { status, headers, json } = await ask(url, { path: "/users/7" });
      expect([status, json]).toEqual([200, { id: "7", degraded: false }]);
      expect(headers["ratelimit-policy"]).toBe('"three";q=3;w=3600');
      expect(headers["ratelimit"]).toMatch(/^"three";r=2;t=(1200|1199)$/);
      expect([headers["x-ratelimit-limit"], headers["x-ratelimit-remaining"]]).toEqual(["3", "2"]);
      const resetS = Number(headers["x-ratelimit-reset"]) - new Date().getTime() / 1000;
      expect(resetS).toBeGreaterThan(1190);
      expect(resetS).toBeLessThanOrEqual(1201);
      expect(headers["retry-after"]).toBeUndefined();
    });

    it("refuses with 429, the time to come back, and a problem that names policy, scope and windows", async () => {
      const windows = [
        { limit: 2, per: "hour" as const, burst: 1 },
        { limit: 50, per: "day" as const },
      ];
      const { url, reached } = await start({ limit: { policies: [{ ...three, windows }] } });
      expect(await statuses(url, 3, { path: "/users/7" })).toEqual([200, 200, 200]);
      const { status, headers, json } = await ask(url, { path: "/users/7?token=secret" });
      expect([status, reached()]).toEqual([429, 3]);
      expect(headers["content-type"]).toMatch(/^application\/problem\+json/);
      const wait = Number(headers["retry-after"]);
      expect(wait).toBeGreaterThan(1790);
      expect(wait).toBeLessThanOrEqual(1800);
      expect(headers["ratelimit"]).toBe(`"three";r=0;t=${wait}`);
      expect(headers["ratelimit-policy"]).toBe('"three";q=2;w=3600;burst=1');
      expect(headers["x-ratelimit-remaining"]).toBe("0");
      expect(json).toEqual({
        type: "https://iana.org/assignments/http-problem-types#quota-exceeded",
        title: "Too many requests",
        status: 429,
        detail: `Policy three allows 2 per hour and 1 more at once, and 50 per day. Try again in ${wait} seconds.`,
        "violated-policies": ["three"],
        policy: "three",
        scope: "global",
        windows: [
          { limit: 2, windowMs: 3_600_000, burst: 1 },
          { limit: 50, windowMs: 86_400_000, burst: 0 },
        ],
        retryAfter: wait,
        retryAfterMs: expect.any(Number),
      });
    });

    it("writes only the fields that are wanted", async () => {
      const fields = async (headers: "draft" | "legacy" | false): Promise<string[]> => {
        const { url } = await start({ limit: { policies: [three], headers } });
        const answer = await ask(url, { path: "/users/7" });
        return Object.keys(answer.headers)
          .filter((name) => name.includes("ratelimit"))
          .toSorted();
      };
      expect(await fields("draft")).toEqual(["ratelimit", "ratelimit-policy"]);
      expect(await fields("legacy")).toEqual(["x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset"]);
      expect(await fields(false)).toEqual([]);
    });

    it("leaves to the framework what a route throws, and what it answers", async () => {
      const { url } = await start({ limit: { policies: [{ ...three, windows: [{ limit: 9, per: "hour" }] }] } });
      const thrown = await ask(url, { path: "/throws" });
      expect([thrown.status, thrown.json["message"]]).toEqual([500, "the route's own"]);
      const teapot = await ask(url, { path: "/status/418" });
      expect([teapot.status, teapot.text, teapot.headers["x-ratelimit-remaining"]]).toEqual([418, "asked for", "7"]);
    });

    it("answers a refusal as the user's function says, and as usual where that fails", async () => {
      const refused = vi.fn().mockReturnValueOnce({ status: 503, body: { busy: true }, headers: { "X-Why": "load" } });
      refused.mockRejectedValueOnce(new Error("broken"));
      const onError = vi.fn();
      const { url } = await start({ limit: { policies: [three], cost: 3, refused, onError } });
      await ask(url, { path: "/users/7" });
      const own = await ask(url, { path: "/users/7" });
      expect([own.status, own.json, own.headers["x-why"]]).toEqual([503, { busy: true }, "load"]);
      expect(own.headers["retry-after"]).toMatch(/^\d+$/);
      expect((await ask(url, { path: "/users/7" })).status).toBe(429);
      expect(onError).toHaveBeenCalledOnce();
    });
  });

  describe(`${adapter.name}: modes`, () => {
    it("adds nothing visible in shadow, and counts", async () => {
      const plain = await start({});
      const wanted = await ask(plain.url, { path: "/users/7" });
      for (const limit of [
        { policies: [three], mode: "shadow" as const },
        { policies: [{ ...three, mode: "shadow" as const }] },
      ]) {
        const seen: boolean[] = [];
        const onDecision: NonNullable<AppOptions["limit"]>["onDecision"] = ({ allowed, shadowed }) =>
          seen.push(allowed && shadowed.length === 0);
        const { url } = await start({ limit: { ...limit, onDecision } });
        for (let n = 0; n < 4; n += 1) {
          const answer = await ask(url, { path: "/users/7" });
          expect([answer.status, answer.text]).toEqual([200, wanted.text]);
          expect(Object.keys(answer.headers).toSorted()).toEqual(Object.keys(wanted.headers).toSorted());
        }
        expect(seen).toEqual([true, true, true, false]);
      }
    });

    it("asks nothing when it is disabled", async () => {
      const asked = vi.fn().mockReturnValue({});
      const { url } = await start({
        limit: { policies: [three], mode: "disabled", identify: asked, cost: asked, skip: asked, onDecision: asked },
      });
      const answers = [];
      for (let n = 0; n < 5; n += 1) answers.push(await ask(url, { path: "/users/7" }));
      expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
      expect(answers[0]?.headers["ratelimit"]).toBeUndefined();
      expect(asked).not.toHaveBeenCalled();
    });
  });

  describe(`${adapter.name}: strategies`, () => {
    it("holds a throttled request up for as long as it takes, and refuses it beyond the longest delay", async () => {
      const quick: Policy = {
        name: "quick",
        scope: "global",
        strategy: "throttle",
        windows: [{ limit: 1, windowMs: 300 }],
      };
      const clock = createFakeClock();
      const { url, reached } = await start({ limit: { policies: [quick], maxDelayMs: 400, clock } });
      const answers: Answered[] = [];
      const asked = [1, 2, 3].map(async () => void answers.push(await ask(url, { path: "/users/7" })));
      const seen = (): number[] => answers.map(({ status }) => status).toSorted();
      await vi.waitFor(() => expect(seen()).toEqual([200, 429]), 10_000);
      await clock.advance(290);
      expect([reached(), seen()]).toEqual([1, [200, 429]]);
      await clock.advance(20);
      await Promise.all(asked);
      expect([reached(), seen()]).toEqual([2, [200, 200, 429]]);
      const late = answers.find(({ status }) => status === 429);
      expect(late?.headers["retry-after"]).toBe("1");
    });

    it("accepts a queued request for later, and hands it over", async () => {
      const handed: string[] = [];
      const onQueue = (request: object): void => {
        const user = adapter.header(request, "x-test-verified");
        if (user === "broken") throw new Error("no queue");
        handed.push(user ?? "nobody");
      };
      const { url, reached } = await start({
        limit: { policies: [{ ...three, strategy: "queue" }], cost: 3, onQueue, onError: () => {} },
      });
      await ask(url, { path: "/users/7" });
      const { status, headers, json } = await ask(url, { path: "/users/7", headers: { "x-test-verified": "alice" } });
      expect([status, reached(), handed]).toEqual([202, 1, ["alice"]]);
      expect(headers["retry-after"]).toMatch(/^3[56]\d\d$/);
      expect(json).toMatchObject({ status: 202, policy: "three", retryAfter: Number(headers["retry-after"]) });
      expect(JSON.stringify(json)).not.toContain("alice");
      expect((await ask(url, { path: "/users/7", headers: { "x-test-verified": "broken" } })).status).toBe(429);
    });

    it("lets a degraded request go on and says so, or answers with the content that is given", async () => {
      const degraded = vi
        .fn()
        .mockReturnValueOnce(undefined)
        .mockReturnValue({ body: { cached: true } });
      const { url } = await start({ limit: { policies: [{ ...three, strategy: "degrade" }], cost: 3, degraded } });
      expect((await ask(url, { path: "/users/7" })).json).toEqual({ id: "7", degraded: false });
      const marked = await ask(url, { path: "/users/7" });
      expect([marked.status, marked.json]).toEqual([200, { id: "7", degraded: true }]);
      expect(marked.headers["ratelimit"]).toMatch(/^"three";r=0;/);
      const given = await ask(url, { path: "/users/7" });
      expect([given.status, given.json]).toEqual([200, { cached: true }]);
      expect(given.headers["content-type"]).toMatch(/^application\/json/);
    });

    it("takes its own strategy above the policy's", async () => {
      const { url } = await start({
        limit: { policies: [{ ...three, strategy: "queue" }], cost: 3, strategy: "reject" },
      });
      expect(await statuses(url, 2, { path: "/users/7" })).toEqual([200, 429]);
    });
  });

  describe(`${adapter.name}: who calls`, () => {
    it("knows users by what was verified, and by no header of its own accord", async () => {
      const { url } = await start({ limit: { policies: [perUser], identify: verified } });
      const as = (user: string): Promise<number[]> =>
        statuses(url, 3, { path: "/users/7", headers: { "x-test-verified": user } });
      expect([await as("alice"), await as("bob")]).toEqual([
        [200, 200, 429],
        [200, 200, 429],
      ]);
      const plain = await start({ limit: { policies: [perIp] } });
      const forged = ["a", "b", "c", "d"].map((user) =>
        ask(plain.url, {
          path: "/users/7",
          headers: { "x-user": user, "x-user-id": user, "x-tenant": user, "x-api-key": user, authorization: user },
        }),
      );
      expect((await Promise.all(forged)).filter(({ status }) => status === 429)).toHaveLength(1);
    });

    it("takes whoever is not identified in time, or at all, for nobody but an address", async () => {
      const onError = vi.fn();
      const identify = vi
        .fn()
        .mockReturnValueOnce(new Promise(() => {}))
        .mockRejectedValueOnce(new Error("no token"));
      identify.mockReturnValue({ user: "alice" });
      const seen: unknown[] = [];
      const { url } = await start({
        limit: {
          policies: [perIp, { ...perUser, together: false }],
          identify,
          identifyTimeoutMs: 50,
          onError,
          onDecision: ({ policy }) => seen.push(policy),
        },
      });
      await statuses(url, 3, { path: "/users/7" });
      expect(seen).toEqual(["per-ip", "per-ip", "per-user"]);
      expect(onError.mock.calls.map(([error]) => String(error))).toEqual([
        "Error: identify took too long",
        "Error: no token",
      ]);
    });

    it("believes addresses in headers from trusted proxies alone", async () => {
      const forged = ["198.51.100.1", "198.51.100.2", "198.51.100.3", "198.51.100.4", "198.51.100.5"];
      const stopped = async (url: string, header: (ip: string) => Record<string, string>): Promise<number> => {
        const answers = await Promise.all(forged.map((ip) => ask(url, { path: "/users/7", headers: header(ip) })));
        return answers.filter(({ status }) => status === 429).length;
      };
      const plain = await start({ limit: { policies: [perIp] } });
      expect(await stopped(plain.url, (ip) => ({ "x-forwarded-for": ip, forwarded: `for=${ip}` }))).toBe(2);
      const behind = await start({ limit: { policies: [perIp], trustProxy: "loopback" } });
      expect(await stopped(behind.url, (ip) => ({ "x-forwarded-for": `${ip}, 203.0.113.9` }))).toBe(2);
      expect(await stopped(behind.url, (ip) => ({ "x-forwarded-for": ip }))).toBe(0);
      const other = await start({ limit: { policies: [perIp], trustProxy: 1 } });
      expect(await stopped(other.url, (ip) => ({ forwarded: `for=${ip};proto=https` }))).toBe(0);
    });

    it("places callers by a lookup of addresses", async () => {
      const de: Policy = {
        name: "de",
        scope: "role",
        values: ["country:DE"],
        per: "role",
        windows: [{ limit: 1, per: "hour" }],
      };
      const geo = async (ip: string): Promise<string | undefined> => (ip.startsWith("198.51.100.") ? "DE" : undefined);
      const { url } = await start({
        limit: { policies: [de], geo, trustProxy: "loopback", identify: () => ({ roles: ["country:DE"] }) },
      });
      const from = (ip: string): Promise<number[]> =>
        statuses(url, 2, { path: "/users/7", headers: { "x-forwarded-for": ip } });
      expect([await from("198.51.100.1"), await from("203.0.113.1")]).toEqual([
        [200, 429],
        [200, 200],
      ]);
    });
  });

  describe(`${adapter.name}: which endpoint`, () => {
    it("gives no other way to write a path a bucket of its own", async () => {
      const login: Policy = {
        name: "login",
        scope: "endpoint",
        values: "POST /login",
        per: "endpoint",
        windows: [{ limit: 1, per: "hour" }],
      };
      const { url, reached } = await start({ limit: { policies: [login] } });
      const paths = ["/login", "/login/", "//login", "/./login", "/login/.", "/%6cogin", "/%6C%6fgin/?a=1", "/LOGIN"];
      for (const path of paths) await ask(url, { method: "POST", path });
      // What reached the route more than once would have been another bucket.
      expect(reached()).toBe(1);
    });

    it("knows the router's own pattern where it stands behind the router", async () => {
      const seen: string[] = [];
      const identify = (_request: object, { endpoint }: { readonly endpoint: string }): object => {
        seen.push(endpoint);
        return {};
      };
      const { url } = await start({ limit: { policies: [three], identify } });
      await ask(url, { path: "/users/17?x=1" });
      await ask(url, { path: "/users/18", method: "HEAD" });
      expect(seen).toEqual(
        adapter.knowsRoutes ? ["GET /users/:id", "GET /users/:id"] : ["GET /users/17", "GET /users/18"],
      );
    });
  });

  describe(`${adapter.name}: what counts`, () => {
    it("skips, and takes what a request costs", async () => {
      const skip = (request: object): boolean => adapter.header(request, "x-health") === "1";
      const cost = async (request: object): Promise<number> => Number(adapter.header(request, "x-cost") ?? 1);
      const { url } = await start({ limit: { policies: [three], skip, cost } });
      const left = async (headers: Record<string, string>): Promise<unknown> =>
        (await ask(url, { path: "/users/7", headers })).headers["x-ratelimit-remaining"];
      expect([
        await left({ "x-health": "1" }),
        await left({ "x-cost": "2" }),
        await left({}),
        await left({ "x-health": "1" }),
      ]).toEqual([undefined, "1", "0", undefined]);
      expect((await ask(url, { path: "/users/7" })).status).toBe(429);
    });

    it("gives back what failed requests took, if asked to, and what those took whose client went away", async () => {
      const { url, reached, letGo } = await start({ limit: { policies: [three], refund: "failed" } });
      expect(await statuses(url, 5, { path: "/status/500" })).toEqual([500, 500, 500, 500, 500]);
      const left = async (): Promise<unknown> =>
        (await ask(url, { path: "/users/7" })).headers["x-ratelimit-remaining"];
      expect(await left()).toBe("2");
      const client = new AbortController();
      const gone = ask(url, { path: "/slow", signal: client.signal }).catch(() => "gone");
      await vi.waitFor(() => expect(reached()).toBe(7), 10_000);
      client.abort();
      expect(await gone).toBe("gone");
      await vi.waitFor(
        async () => expect((await ask(url, { path: "/status/404" })).headers["x-ratelimit-remaining"]).toBe("1"),
        10_000,
      );
      letGo();
      expect([await left(), await left()]).toEqual(["1", "0"]);
    });

    it("keeps a connection usable after a refusal of a request with a body", async () => {
      const agent = new Agent({ keepAlive: true, maxSockets: 1 });
      const { url } = await start({ limit: { policies: [three], cost: 3 } });
      const seen: number[] = [];
      const asking = {
        path: "/login",
        method: "POST",
        body: "x".repeat(200_000),
        headers: { "content-type": "text/plain" },
      };
      for (let n = 0; n < 4; n += 1) seen.push((await ask(url, { ...asking, agent })).status);
      agent.destroy();
      expect(seen).toEqual([200, 429, 429, 429]);
    });
  });

  describeGuards(adapter, start);
}
