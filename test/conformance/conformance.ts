import { isSluiceError, withCallOptions } from "@sluice/core";
import { type RedisServer, startRedisServer } from "@sluice/test/redis-server";
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from "vitest";
import { watchStalls } from "../src/stalls/index.js";
import {
  answersOf,
  client,
  comparable,
  counting,
  knocking,
  newAccount,
  newRegistry,
  recorder,
  rejection,
  serve,
  shown,
} from "./rig.js";
import type { Received } from "./server.js";
import type { Composite, Vendor } from "./vendor.js";

/** Operations that one vendor may name: more would burst the labels of metrics. */
const MOST_OPERATIONS = 1500;

/** What holds for every vendor. */
export function describeConformance<Client>(vendor: Vendor<Client>): void {
  const single: Composite<Client>[] = [
    { name: "a read", requests: 1, run: vendor.read },
    { name: "a write", requests: 1, run: vendor.write },
  ];
  const everything = [...single, ...vendor.composites];
  const normal = (received: readonly Received[]): readonly object[] =>
    received.map((request) => comparable(vendor.normalise?.(request) ?? request));

  describe(`${vendor.provider}: what goes out`, () => {
    it.each(everything)("$name is byte for byte the SDK's own, by the factory and plainly", async (composite) => {
      const server = await serve(answersOf(vendor, composite));
      const sent: (readonly object[])[] = [];
      const clients = [
        vendor.sdk(server.origin),
        client(vendor, server.origin),
        vendor.plain(newAccount(), server.origin, { registry: newRegistry() }),
      ];
      for (const one of clients) {
        const before = server.received.length;
        await composite.run(one);
        sent.push(normal(server.received.slice(before)));
      }
      expect(sent[0]).toHaveLength(composite.requests);
      expect(sent[1]).toEqual(sent[0]);
      expect(sent[2]).toEqual(sent[0]);
    });

    it.each(everything)("$name is charged once for each of its requests", async (composite) => {
      const server = await serve(answersOf(vendor, composite));
      const { limiter, quota, counts } = counting();
      await composite.run(client(vendor, server.origin, { limiter, quota }));
      expect(server.received).toHaveLength(composite.requests);
      expect(counts).toEqual({ taken: composite.requests, returned: 0 });
    });
  });

  describe(`${vendor.provider}: every method of the SDK`, () => {
    it(
      "passes the call stage under a name of a closed list, and the attempt stage for each request",
      { timeout: 120_000 },
      async () => {
        const server = await serve(answersOf(vendor));
        const seen = recorder();
        const made = client(vendor, server.origin, { hooks: seen.hooks, mode: "disabled", timeoutMs: 20_000 });
        const methods = vendor.methods(made);
        expect(methods).toHaveLength(vendor.methodCount);
        expect(new Set(methods.map(({ name }) => name)).size).toBe(methods.length);
        const silent: string[] = [];
        const failed: string[] = [];
        for (const { name, run } of methods) {
          const [calls, attempts, requests] = [seen.calls.length, seen.attempts.length, server.received.length];
          await run().catch((error: unknown) => void failed.push(`${name}: ${String(error)}`));
          const made2 = server.received.length - requests;
          if (seen.calls.length === calls || made2 === 0 || seen.attempts.length - attempts !== made2)
            silent.push(name);
        }
        expect(failed).toEqual([]);
        expect(silent).toEqual([]);
        const operations = new Set([...seen.calls, ...seen.attempts].map(({ operation }) => operation));
        expect(operations.size).toBeLessThanOrEqual(MOST_OPERATIONS);
        expect(operations).not.toContain("other");
        for (const operation of operations) expect(operation).toMatch(/^[\w./{}:@+ *-]{1,160}$/);
        expect(new Set(seen.calls.map(({ provider }) => provider))).toEqual(new Set([vendor.provider]));
      },
    );
  });

  describe(`${vendor.provider}: ending early`, () => {
    it("an abort while waiting rejects with the caller's own reason, and nothing is sent", async () => {
      const server = await serve(answersOf(vendor));
      const { limiter, quota } = counting(1);
      const made = client(vendor, server.origin, { limiter, quota, timeoutMs: Number.POSITIVE_INFINITY });
      await vendor.read(made);
      const abort = new AbortController();
      const reason = new Error("changed my mind");
      const waiting = withCallOptions({ signal: abort.signal }, () => rejection(vendor.read(made)));
      setTimeout(() => abort.abort(reason), 30);
      expect(await waiting).toBe(reason);
      expect(server.received).toHaveLength(1);
    });

    it("an abort in flight rejects with the caller's own reason", async () => {
      const server = await serve(() => ({ action: "hang" }));
      const abort = new AbortController();
      const reason = new Error("changed my mind");
      const made = client(vendor, server.origin);
      const flying = withCallOptions({ signal: abort.signal }, () => rejection(vendor.read(made)));
      await vi.waitFor(() => expect(server.received).toHaveLength(1), { timeout: 10_000 });
      abort.abort(reason);
      expect(await flying).toBe(reason);
    });

    it("a wait that cannot end in time is refused at once, with the time to come back", async () => {
      const server = await serve(answersOf(vendor));
      const { limiter, quota } = counting(1);
      const account = newAccount();
      const made = vendor.factory(account, server.origin, {
        env: {},
        registry: newRegistry(),
        limiter,
        quota,
        timeoutMs: 60_000,
      });
      onTestFinished(() => made.close());
      await vendor.read(made);
      const startedMs = performance.now();
      const error = await rejection(vendor.read(made));
      expect(performance.now() - startedMs).toBeLessThan(5000);
      expect(error).toMatchObject({ code: "LIMIT_EXCEEDED", provider: vendor.provider, bucket: "all" });
      expect((error as { retryAfterMs: number }).retryAfterMs).toBeGreaterThan(60_000);
    });

    it("a server that never answers is left at the deadline", async () => {
      const server = await serve(() => ({ action: "hang" }));
      const made = client(vendor, server.origin, { timeoutMs: 150, retry: false });
      const stalls = watchStalls();
      onTestFinished(() => stalls[Symbol.dispose]());
      const startedMs = performance.now();
      expect(await rejection(vendor.read(made))).toMatchObject({ code: "DEADLINE_EXCEEDED" });
      expect(performance.now() - startedMs - stalls.totalMs).toBeLessThan(150 + 400);
    });
  });

  describe(`${vendor.provider}: failures`, () => {
    it("come out as the SDK's own errors", async () => {
      const server = await serve(() => vendor.notFound);
      for (const made of [
        vendor.sdk(server.origin),
        client(vendor, server.origin),
        vendor.plain(newAccount(), server.origin, { registry: newRegistry() }),
      ]) {
        const error = await rejection(vendor.read(made));
        expect([vendor.isOwnError(error), isSluiceError(error)]).toEqual([true, false]);
      }
    });

    it("are repeated by us alone, as often as was asked", async () => {
      const server = await serve(() => ({ status: 503, body: {} }));
      const made = client(vendor, server.origin, { retry: { maxRetries: 2, baseMs: 0 } });
      await rejection(vendor.read(made));
      expect(server.received).toHaveLength(3);
    });

    it("are not repeated at all where retry is false", async () => {
      const server = await serve(() => ({ status: 503, body: {} }));
      const made = client(vendor, server.origin, { retry: false });
      await rejection(vendor.read(made));
      await rejection(vendor.write(made));
      expect(server.received).toHaveLength(2);
    });

    it("of one request do not harm the next", async () => {
      const server = await serve((request, index) => (index === 0 ? { action: "drop" } : vendor.answer(request)));
      const made = client(vendor, server.origin, { retry: { baseMs: 0 } });
      await vendor.read(made);
      expect(server.received).toHaveLength(2);
    });

    it("never show the secret, nor do client, metrics and hooks", async () => {
      const registry = newRegistry();
      const texts: string[] = [];
      const answers = [
        () => vendor.notFound,
        () => vendor.throttled(1),
        () => ({ status: 500 }),
        () => ({ status: 401 }),
        () => ({ action: "drop" as const }),
      ];
      for (const answer of answers) {
        const server = await serve(answer);
        const made = client(vendor, server.origin, { retry: false, registry });
        for (const run of [vendor.read, vendor.write])
          texts.push(shown(await run(made).catch((error: unknown) => error)));
        const plain = vendor.plain(newAccount(), server.origin, { registry });
        if (answer === answers[0]) texts.push(shown(await rejection(vendor.read(plain))), made.hooks.describe());
        texts.push(JSON.stringify(made.toString()));
      }
      const { limiter, quota } = counting(1);
      const server = await serve(answersOf(vendor));
      const made = client(vendor, server.origin, { limiter, quota, registry, timeoutMs: 20_000 });
      await vendor.read(made);
      texts.push(shown(await rejection(vendor.read(made))), await registry.metrics());
      for (const text of texts) expect(text).not.toContain(vendor.secret);
    });
  });

  describe(`${vendor.provider}: the fleet`, () => {
    let redis: RedisServer;
    beforeAll(async () => {
      redis = await startRedisServer();
    });
    afterAll(() => redis.stop());

    it("a 429 to one process pauses the others for as long as it asks", async () => {
      const cameMs: number[] = [];
      const server = await serve((request, index) => {
        cameMs.push(performance.now());
        return index === 1 ? vendor.throttled(1) : vendor.answer(request);
      });
      const account = newAccount();
      // Two policies are two connections, as in two processes.
      const [one, two] = (["local", "closed"] as const).map((onStoreError) => {
        const made = vendor.factory(account, server.origin, {
          env: {},
          registry: newRegistry(),
          redis: { url: redis.url, commandTimeoutMs: 5000 },
          onStoreError,
          retry: false,
        });
        onTestFinished(() => made.close());
        return made;
      });
      if (one === undefined || two === undefined) throw new Error("two clients were made");
      await vendor.read(two);
      await vendor.read(one).catch(() => {});
      await vendor.read(two);
      // From the 429 on, by the server: whoever waits for the answers may be held up meanwhile.
      const [, refusedMs = 0, nextMs = 0] = cameMs;
      expect(nextMs - refusedMs).toBeGreaterThan(700);
    });

    it("a plain client opens no connection to Redis, whatever the environment says; a factory's does on first use", async () => {
      const { url, knocks } = await knocking();
      vi.stubEnv("REDIS_URL", url);
      onTestFinished(() => void vi.unstubAllEnvs());
      const server = await serve(answersOf(vendor));
      const plain = vendor.plain(newAccount(), server.origin, { registry: newRegistry() });
      await vendor.read(plain);
      await vendor.write(plain);
      expect(knocks()).toBe(0);
      const made = vendor.factory(newAccount(), server.origin, { env: { REDIS_URL: url }, registry: newRegistry() });
      onTestFinished(() => made.close());
      await new Promise((resolve) => setTimeout(resolve, 50));
      expect(knocks()).toBe(0);
      await vendor.read(made);
      expect(knocks()).toBeGreaterThan(0);
    });

    it("a plain client counts in the metrics and has no limits", async () => {
      const registry = newRegistry();
      const server = await serve(answersOf(vendor));
      const plain = vendor.plain(newAccount(), server.origin, { registry });
      await vendor.read(plain);
      expect(await registry.metrics()).toMatch(
        new RegExp(`sluice_api_requests_total\\{[^}]*provider="${vendor.provider}"`),
      );
    });
  });
}
