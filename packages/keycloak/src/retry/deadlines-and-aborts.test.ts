import { DeadlineExceededError, isSluiceError, withCallOptions } from "@sluice/core";
import { createFakeClock } from "@sluice/core/testing";
import { describe, expect, it } from "vitest";
import { accessToken, factory, ours, recorder, rejection, wide } from "../test-support/clients.test-support.js";
import { startServer } from "../test-support/server.test-support.js";

const hang = { action: "hang" } as const;

describe("an abort", () => {
  it.each(ours)("in flight ends a call of %s with the caller's own reason", async (_name, make) => {
    const server = await startServer(() => hang);
    const client = make(server.url);
    const reason = { not: "even an error" };
    for (const call of [(): Promise<unknown> => client.realms.find(), () => client.clients.v2().get()]) {
      const controller = new AbortController();
      const before = server.received.length;
      const ended = withCallOptions({ signal: controller.signal }, call).catch((error: unknown) => error);
      await expect.poll(() => server.received.length, { timeout: 10_000 }).toBe(before + 1);
      controller.abort(reason);
      expect(await ended).toBe(reason);
    }
  });

  it("while waiting ends it too, sends nothing and gives back what was taken", async () => {
    const clock = createFakeClock();
    const server = await startServer();
    const quota = { global: { refillRate: 0.1, burst: 1 }, namespace: { refillRate: 0.1, burst: 1 } };
    const api = factory(server.url, { accessToken, quota, clock, timeoutMs: 60_000 });
    await api.realms.find();
    const controller = new AbortController();
    const ended = withCallOptions({ signal: controller.signal }, () => rejection(api.realms.find()));
    await clock.advance(1);
    const reason = new Error("not any more");
    controller.abort(reason);
    await clock.advance(1);
    expect(await ended).toBe(reason);
    expect(server.received).toHaveLength(1);
    // Ten seconds after the first call its token is back; the aborted one has not used it.
    await clock.advance(10_000);
    await api.realms.find();
    expect(server.received).toHaveLength(2);
  });

  it("before the call sends nothing", async () => {
    const server = await startServer();
    const signal = AbortSignal.abort("gone");
    await expect(withCallOptions({ signal }, () => factory(server.url).realms.find())).rejects.toBe("gone");
    expect(server.received).toHaveLength(0);
  });
});

describe("a deadline", () => {
  it("ends a call in flight, a login included", async () => {
    for (const options of [{ accessToken }, {}]) {
      const clock = createFakeClock();
      const server = await startServer(() => hang);
      const ended = rejection(factory(server.url, { ...options, clock, timeoutMs: 500 }).realms.find());
      await expect.poll(() => server.received.length, { timeout: 10_000 }).toBe(1);
      await clock.advance(500);
      expect(await ended).toBeInstanceOf(DeadlineExceededError);
      expect(server.received).toHaveLength(1);
    }
  });

  it("says no at once when the wait cannot end in time", async () => {
    const server = await startServer();
    const quota = { global: { refillRate: 0.01, burst: 1 } };
    const api = factory(server.url, { accessToken, quota, timeoutMs: 10_000 });
    await api.realms.find();
    const error = await rejection(api.realms.find());
    expect([isSluiceError(error), error["code"], Number(error["retryAfterMs"]) > 10_000]).toEqual([
      true,
      "LIMIT_EXCEEDED",
      true,
    ]);
    expect(server.received).toHaveLength(1);
  });
});

describe("the SDK's timeout", () => {
  it("bounds each attempt and not the wait before it", async () => {
    const clock = createFakeClock();
    const server = await startServer();
    const quota = { global: { refillRate: 0.1, burst: 1 } };
    const api = factory(server.url, { accessToken, quota, clock, timeout: 50, timeoutMs: 60_000 });
    await api.realms.find();
    const second = api.realms.find();
    await new Promise((resolve) => setTimeout(resolve, 80));
    await clock.advance(10_000);
    expect(await second).toEqual([]);
    expect(api.timeout).toBe(50);
  });

  it.each(ours)("ends a request of %s that takes longer with the SDK's own error", async (_name, make) => {
    const server = await startServer(() => hang);
    const seen = recorder();
    const client = make(server.url, { timeout: 300, hooks: seen.hooks });
    const error = await withCallOptions({ timeoutMs: 20_000 }, () => rejection(client.realms.create({ realm: "r" })));
    expect([error.name, seen.attempts.length]).toEqual(["TimeoutError", 1]);
    // A machine that stands still may end it before it has arrived.
    expect(server.received.length).toBeLessThanOrEqual(1);
  });
});

it("nothing is left behind on a signal that outlives its calls", async () => {
  const server = await startServer();
  const { signal } = new AbortController();
  let listeners = 0;
  const add = signal.addEventListener.bind(signal);
  const remove = signal.removeEventListener.bind(signal);
  signal.addEventListener = (...args: Parameters<typeof add>) => ((listeners += 1), add(...args));
  signal.removeEventListener = (...args: Parameters<typeof remove>) => ((listeners -= 1), remove(...args));
  const api = factory(server.url, { accessToken, quota: wide });
  await withCallOptions({ signal }, () => Promise.all([api.realms.find(), api.users.find()]));
  expect(listeners).toBe(0);
});
