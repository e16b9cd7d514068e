import { createFakeClock } from "@sluice/core/testing";
import { CircuitOpenError } from "@sluice/limiter";
import { expect, it } from "vitest";
import { accessToken, factory, rejection, wide } from "../test-support/clients.test-support.js";
import { startServer } from "../test-support/server.test-support.js";

it("while the server is down calls fail at once, and one probe after another asks whether it is back", async () => {
  const clock = createFakeClock();
  let down = true;
  const server = await startServer(() => (down ? { status: 502 } : {}));
  const api = factory(server.url, { accessToken, quota: wide, clock, retry: false });
  for (let call = 0; call < 5; call += 1) await rejection(api.realms.find());
  expect(server.received).toHaveLength(5);

  // Open for ten seconds: nothing is sent, and the error says how long to wait.
  for (let call = 0; call < 50; call += 1) {
    const error = await rejection(api.users.find());
    expect(error).toBeInstanceOf(CircuitOpenError);
  }
  expect(server.received).toHaveLength(5);

  // A probe that fails doubles that.
  await clock.advance(10_000);
  await rejection(api.realms.find());
  expect(server.received).toHaveLength(6);
  await clock.advance(19_000);
  expect(await rejection(api.realms.find())).toBeInstanceOf(CircuitOpenError);
  down = false;
  await clock.advance(1000);
  expect(await api.realms.find()).toEqual([]);
  await Promise.all([api.realms.find(), api.users.find()]);
  expect(server.received).toHaveLength(9);
});

it("counts a server that cannot be reached, and no answer that blames the request", async () => {
  const server = await startServer(() => ({ status: 404 }));
  const api = factory(server.url, { accessToken, quota: wide, retry: false });
  for (let call = 0; call < 12; call += 1) await rejection(api.realms.find());
  expect(server.received).toHaveLength(12);
  await server[Symbol.asyncDispose]();
  const errors: Error[] = [];
  for (let call = 0; call < 7; call += 1) errors.push(await rejection(api.realms.find()));
  expect(errors.map((error) => error instanceof CircuitOpenError)).toEqual([
    ...Array.from({ length: 5 }, () => false),
    true,
    true,
  ]);
});

it("does not repeat what the breaker refuses, and has none when it is switched off", async () => {
  const server = await startServer(() => ({ status: 503 }));
  const guarded = factory(server.url, { accessToken, quota: wide, retry: { baseMs: 1, capMs: 1 } });
  expect(await rejection(guarded.realms.find())).toBeInstanceOf(CircuitOpenError);
  expect(server.received).toHaveLength(5);
  const open = factory(server.url, { accessToken, quota: wide, retry: false, breaker: false });
  for (let call = 0; call < 8; call += 1) await rejection(open.realms.find());
  expect(server.received).toHaveLength(13);
});
