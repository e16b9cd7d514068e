import { StoreUnavailableError } from "@sluice/core";
import { createFakeClock } from "@sluice/core/testing";
import { memoryStore, type Store } from "@sluice/limiter";
import type { Policy } from "@sluice/policy";
import { describe, expect, it, vi } from "vitest";
import type { Adapter, App, AppOptions } from "./app.test-support.js";
import { ask, pipeline, statuses } from "./ask.test-support.js";

const three: Policy = { name: "three", scope: "global", windows: [{ limit: 3, per: "hour" }] };
const soon = { timeout: 10_000 };

/** A store that is away. */
function awayStore(): Store {
  const away = async (): Promise<never> => {
    throw new StoreUnavailableError("the store is away");
  };
  return { ...memoryStore(), immediate: false, take: away };
}

/** So many requests that are under way at the same time; their statuses. */
async function together({ url, letGo }: App, many: number): Promise<number[]> {
  const going = setInterval(letGo, 100);
  const answers = await Promise.all(Array.from({ length: many }, () => ask(url, { path: "/slow" })));
  clearInterval(going);
  return answers.map(({ status }) => status);
}

/** What every adapter has to do about places, load and a store that is away. */
export function describeGuards(adapter: Adapter, start: (options: AppOptions) => Promise<App>): void {
  describe(`${adapter.name}: places`, () => {
    it("refuses when all places are taken, and has them back when the answers have ended", async () => {
      const { url, reached, letGo } = await start({ concurrency: { max: 2 } });
      const slow = [ask(url, { path: "/slow" }), ask(url, { path: "/stream" })];
      await vi.waitFor(() => expect(reached()).toBe(2), soon);
      const full = await ask(url, { path: "/users/7" });
      expect([full.status, full.headers["retry-after"], full.json["title"]]).toEqual([
        503,
        "1",
        "Too many requests at a time",
      ]);
      expect(full.headers["content-type"]).toMatch(/^application\/problem\+json/);
      letGo();
      expect((await Promise.all(slow)).map(({ text }) => text)).toEqual(["done", "begun done"]);
      await vi.waitFor(async () => expect((await ask(url, { path: "/users/7" })).status).toBe(200), soon);
    });

    it("has the place of a client back that went away, before its answer and in the middle of it", async () => {
      const { url, reached } = await start({ concurrency: { max: 2 } });
      const client = new AbortController();
      const gone = ["/slow", "/stream"].map((path) => ask(url, { path, signal: client.signal }).catch(() => "gone"));
      await vi.waitFor(() => expect(reached()).toBe(2), soon);
      expect((await ask(url, { path: "/users/7" })).status).toBe(503);
      client.abort();
      expect(await Promise.all(gone)).toEqual(["gone", "gone"]);
      await vi.waitFor(async () => expect(await statuses(url, 3, { path: "/users/7" })).toEqual([200, 200, 200]), soon);
    });

    it("has the places back of answers to HEAD", async () => {
      const app = await start({ concurrency: { max: 2 } });
      for (let n = 0; n < 4; n += 1) await ask(app.url, { method: "HEAD", path: "/users/7" });
      await vi.waitFor(async () => expect(await together(app, 2)).toEqual([200, 200]), soon);
    });

    it("has the places of a client back that went away while requests of its own stood in line", async () => {
      const app = await start({ concurrency: { max: 4 } });
      const leave = pipeline(app.url, ["/slow", "/users/7", "/users/7", "/users/7"]);
      // A framework may read the next request when it has answered the one before.
      await vi.waitFor(() => expect(app.reached()).toBeGreaterThan(0), soon);
      await new Promise((resolve) => setTimeout(resolve, 50));
      leave();
      await vi.waitFor(async () => expect(await together(app, 4)).toEqual([200, 200, 200, 200]), soon);
    });

    it("counts places by whom it is told to, and lets so many wait", async () => {
      const { url, reached, letGo } = await start({
        concurrency: {
          max: 1,
          maxWaiting: 1,
          per: ({ user }) => user,
          identify: (request) => ({ user: adapter.header(request, "x-test-verified") ?? "nobody" }),
        },
      });
      const as = (user: string, path: string): ReturnType<typeof ask> =>
        ask(url, { path, headers: { "x-test-verified": user } });
      const first = as("alice", "/slow");
      await vi.waitFor(() => expect(reached()).toBe(1), soon);
      expect((await as("bob", "/users/7")).status).toBe(200);
      const second = as("alice", "/users/7");
      await new Promise((resolve) => setTimeout(resolve, 100));
      expect((await as("alice", "/users/7")).status).toBe(429);
      letGo();
      expect([(await first).status, (await second).status]).toEqual([200, 200]);
    });

    it("keeps a place for longer than its lease while the answer lasts", async () => {
      const clock = createFakeClock();
      const { url, reached, letGo } = await start({ concurrency: { max: 1, leaseMs: 200, clock } });
      const slow = ask(url, { path: "/slow" });
      await vi.waitFor(() => expect(reached()).toBe(1), soon);
      await clock.advance(600);
      expect((await ask(url, { path: "/users/7" })).status).toBe(503);
      letGo();
      expect((await slow).status).toBe(200);
    });
  });

  describe(`${adapter.name}: load`, () => {
    it("answers 503 while the process is too busy, and spares what is vital", async () => {
      const load = { eventLoopDelayMs: 500, heapRatio: 0.1 };
      const priority = (request: object): number => (adapter.header(request, "x-vital") === "1" ? 1000 : 0);
      const { url } = await start({ shedding: { sample: () => load, sampleEveryMs: 10, priority } });
      const busy = await ask(url, { path: "/users/7" });
      expect([busy.status, busy.headers["retry-after"]]).toEqual([503, "1"]);
      expect(busy.headers["content-type"]).toMatch(/^application\/problem\+json/);
      expect(busy.text).not.toContain("500");
      expect((await ask(url, { path: "/users/7", headers: { "x-vital": "1" } })).status).toBe(200);
      load.eventLoopDelayMs = 1;
      await vi.waitFor(async () => expect((await ask(url, { path: "/users/7" })).status).toBe(200), soon);
    });
  });

  describe(`${adapter.name}: a store that is away`, () => {
    it("answers 503 where nobody may pass undecided, and lets pass where onError says so", async () => {
      const onError = vi.fn();
      const closed = await start({ limit: { policies: [three], store: awayStore(), onError } });
      const { status, headers, json } = await ask(closed.url, { path: "/users/7" });
      expect([status, headers["retry-after"], json["status"]]).toEqual([503, "1", 503]);
      expect(headers["content-type"]).toMatch(/^application\/problem\+json/);
      expect(onError).toHaveBeenCalledWith(expect.objectContaining({ code: "STORE_UNAVAILABLE" }), expect.anything());
      const open = await start({ limit: { policies: [three], store: awayStore(), onError: () => "allow" } });
      const passed = await ask(open.url, { path: "/users/7" });
      expect([passed.status, passed.headers["ratelimit"]]).toEqual([200, undefined]);
    });

    it("adds nothing visible in shadow either: nobody waits for it, and nobody is refused", async () => {
      const plain = await ask((await start({})).url, { path: "/users/7" });
      const onError = vi.fn();
      for (const limit of [
        { policies: [three], store: awayStore() },
        { policies: [three], store: { ...awayStore(), take: () => new Promise<never>(() => {}) } },
        { policies: [three], identify: () => new Promise<never>(() => {}), identifyTimeoutMs: 60_000 },
        { policies: [three], policy: "no-such-policy" },
      ]) {
        const { url } = await start({ limit: { ...limit, mode: "shadow", onError, refund: "failed" } });
        const answer = await ask(url, { path: "/users/7" });
        expect([answer.status, answer.text]).toEqual([200, plain.text]);
        expect(Object.keys(answer.headers).toSorted()).toEqual(Object.keys(plain.headers).toSorted());
        expect(answer.tookMs).toBeLessThan(5000);
      }
      expect(onError.mock.calls.map(([error]) => (error as { readonly code?: string }).code)).toEqual([
        "STORE_UNAVAILABLE",
        "CONFIG_INVALID",
      ]);
    });

    it("gives an identity that is none to the framework as an error, and lets nobody through", async () => {
      const identify = (): object => ({ user: 42 });
      const { url, reached } = await start({ limit: { policies: [three], identify } });
      const { status } = await ask(url, { path: "/users/7" });
      expect([status, reached()]).toEqual([500, 0]);
    });
  });
}
