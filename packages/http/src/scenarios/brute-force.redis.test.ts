import { createPolicyEngine, defaultPolicies, type PolicyEngine } from "@sluice/policy";
import { type RedisServer, startRedisServer } from "@sluice/test/redis-server";
import express from "express";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { rateLimit } from "../express/index.js";
import { ask, type Asking } from "../testing/ask.test-support.js";
import { countOf, flood, type Service, serveExpress } from "./service.test-support.js";

const ATTEMPTS = 10_000;
let redis: RedisServer;
beforeAll(async () => {
  redis = await startRedisServer();
});
afterAll(() => redis.stop());

/** A service with the default policies behind a proxy on this machine, which writes whom a request comes from at the end of the header. */
async function loginService(name: string): Promise<{ served: Service; engine: PolicyEngine; guesses: () => number }> {
  // A server that stands still for a second has not failed.
  const where = { url: redis.url, commandTimeoutMs: 5000 };
  const engine = createPolicyEngine({ name, redis: where, policies: defaultPolicies });
  let guesses = 0;
  const app = express();
  app.use(rateLimit({ engine, trustProxy: "loopback" }));
  app.post("/login", (request, response) => {
    const right = request.get("x-password") === "right";
    if (!right) guesses += 1;
    response.status(right ? 200 : 401).json({ right });
  });
  return { served: await serveExpress(app), engine, guesses: () => guesses };
}

const login = (address: string, password: string, forged: Record<string, string> = {}): Asking => {
  const before = forged["x-forwarded-for"];
  const headers = {
    ...forged,
    "x-password": password,
    "x-forwarded-for": before === undefined ? address : `${before}, ${address}`,
  };
  return { method: "POST", path: "/login", headers };
};

/** What an attack comes to: its share that was stopped, and what those saw who know their password. */
async function attack(name: string, attempt: (n: number) => Asking): Promise<number> {
  const { served, engine, guesses } = await loginService(name);
  const honest: number[] = [];
  const state = { over: false };
  const users = (async () => {
    // From an address of their own, and from one beside the attacker's.
    for (let n = 0; !state.over; n += 1) {
      const addresses = [`192.0.2.${n % 250}`, `203.0.113.${100 + (n % 100)}`];
      for (const address of addresses) honest.push((await ask(served.url, login(address, "right"))).status);
      await new Promise((resolve) => setTimeout(resolve, 150));
    }
  })();
  const answers = await flood(served.url, ATTEMPTS, attempt);
  state.over = true;
  await users;
  await served.close();
  await engine.close();
  const stopped = countOf(answers, 429);
  expect(stopped + countOf(answers, 401)).toBe(ATTEMPTS);
  expect(guesses()).toBe(ATTEMPTS - stopped);
  expect(honest.length).toBeGreaterThan(1);
  expect(honest.filter((status) => status !== 200)).toEqual([]);
  const share = stopped / ATTEMPTS;
  console.log(
    `${name}: ${ATTEMPTS} attempts, ${guesses()} got as far as the password, ${(100 * share).toFixed(2)} % stopped; ` +
      `${honest.length} honest logins beside them, all let in`,
  );
  return share;
}

describe("ten thousand guesses of a password", { timeout: 120_000 }, () => {
  it("from one address come to a handful", async () => {
    expect(await attack("one address", () => login("203.0.113.66", "guess"))).toBeGreaterThan(0.998);
  });

  it("from one address that forges who it is come to as few", async () => {
    const forge = (n: number): Record<string, string> => ({
      "x-forwarded-for": `10.${n % 200}.${n % 251}.${n % 241}`,
      "x-real-ip": `198.51.100.${n % 250}`,
      "cf-connecting-ip": `198.51.100.${n % 250}`,
      ...(n % 2 === 0 ? {} : { forwarded: `for=10.${n % 200}.0.${n % 241}` }),
      "x-user": `user-${n}`,
      "x-api-key": `key-${n}`,
    });
    expect(await attack("forged headers", (n) => login("203.0.113.66", "guess", forge(n)))).toBeGreaterThan(0.998);
  });

  it("from five hundred addresses come to a handful for each", async () => {
    const from = (n: number): string => `198.51.${100 + (n % 2)}.${Math.floor(n / 2) % 250}`;
    expect(await attack("500 addresses", (n) => login(from(n), "guess"))).toBeGreaterThan(0.6);
  });
});
