import { connect } from "node:net";
import { type RedisServer, startRedisServer } from "@sluice/test/redis-server";
import { Registry } from "prom-client";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { clientSecret, factory, newAccount, rejection } from "../test-support/clients.test-support.js";
import { type Answer, type LocalServer, startServer } from "../test-support/server.test-support.js";
import { createKeycloakApi } from "./create-keycloak-api.js";
import type { KeycloakApi } from "./keycloak-api.js";
import type { KeycloakFactoryOptions } from "./options.js";

let redis: RedisServer;
beforeAll(async () => void (redis = await startRedisServer()));
afterAll(() => redis.stop());

const auth = { grantType: "client_credentials", clientId: "operator", clientSecret } as const;

/** Two clients as far apart as two processes, each with a store and a connection of its own. */
function two(server: LocalServer, options: KeycloakFactoryOptions = {}): [KeycloakApi, KeycloakApi] {
  const account = newAccount();
  const make = (url: string): KeycloakApi => {
    // A Redis that stands still for a moment is not away.
    const where = { url, commandTimeoutMs: 10_000 };
    const given = { auth, baseUrl: server.url, env: {}, registry: new Registry(), ...options, redis: where };
    const api = createKeycloakApi(account, given);
    onTestFinished(() => api.close());
    return api;
  };
  return [make(redis.url), make(redis.url.replace("127.0.0.1", "localhost"))];
}

describe("a fleet", () => {
  it("logs in once", async () => {
    const server = await startServer();
    const [one, other] = two(server);
    await Promise.all([one.realms.find(), other.realms.find(), one.users.find(), other.users.find()]);
    expect([server.logins, new Set(server.calls.map(({ bearer }) => bearer)).size]).toEqual([1, 1]);
  });

  it("logs in once more when the server has refused the token", async () => {
    let refused = "";
    const answer: Answer = ({ bearer, isLogin }) => (!isLogin && bearer === refused ? { status: 401 } : undefined);
    const server = await startServer(answer);
    const [one, other] = two(server, { baseUrl: `${server.url}/again` });
    await one.realms.find();
    await other.realms.find();
    refused = server.calls[0]?.bearer ?? "";
    await one.realms.find();
    await other.realms.find();
    expect(server.logins).toBe(2);
  });

  it("shares the rate of a namespace", async () => {
    const server = await startServer();
    const quota = { namespace: { refillRate: 0.01, burst: 4 } };
    const [one, other] = two(server, { quota, timeoutMs: 10_000 });
    const calls = [one, other, one, other, one, other].map((api) => api.as({ namespace: "a" }).realms.find());
    const ends = await Promise.allSettled(calls);
    expect(ends.filter(({ status }) => status === "fulfilled").length).toBeLessThanOrEqual(4);
    expect(ends.filter(({ status }) => status === "fulfilled").length).toBeGreaterThanOrEqual(3);
    expect(server.calls.length).toBeLessThanOrEqual(4);
  });

  it("pauses as a whole for a 429 of the proxy in front, those who already wait included", async () => {
    const arrivals: number[] = [];
    let first = true;
    const server = await startServer(({ isLogin }) => {
      if (isLogin) return undefined;
      arrivals.push(performance.now());
      const refuse = first;
      first = false;
      return refuse ? { status: 429, headers: { "retry-after": "1" } } : undefined;
    });
    const [one, other] = two(server, { retry: false });
    await Promise.all([one.getAccessToken(), other.getAccessToken()]);
    await rejection(one.realms.find());
    await other.realms.find();
    expect((arrivals[1] ?? 0) - (arrivals[0] ?? 0)).toBeGreaterThan(950);
  });

  it("keeps neither token nor secret in Redis in plain sight", async () => {
    const server = await startServer(({ isLogin }) =>
      isLogin ? { body: { access_token: "token-to-be-hidden", expires_in: 300 } } : undefined,
    );
    const [one] = two(server);
    await one.as({ namespace: "team-a" }).realms.find();
    const all = await everything(redis.port);
    expect(all).toContain("tokens");
    for (const secret of ["token-to-be-hidden", clientSecret, btoa(clientSecret)]) expect(all).not.toContain(secret);
  });
});

it("without Redis the clients of one process log in once", async () => {
  const server = await startServer();
  await Promise.all([factory(server.url).realms.find(), factory(server.url).realms.find()]);
  expect(server.logins).toBe(1);
});

/** Names and contents of everything in a Redis, as one text. */
function everything(port: number): Promise<string> {
  const script =
    "local all = '' for _, key in ipairs(redis.call('KEYS', '*')) do all = all .. key .. ' ' .. redis.call('DUMP', key) .. '\\n' end return all .. 'THE END'";
  const words = ["EVAL", script, "0"];
  return new Promise((resolve, reject) => {
    let reply = "";
    const socket = connect(port, "127.0.0.1", () => {
      socket.write(`*${words.length}\r\n${words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`).join("")}`);
    });
    socket.setEncoding("latin1");
    socket.on("data", (text: string) => {
      reply += text;
      if (!reply.includes("THE END")) return;
      resolve(reply);
      socket.destroy();
    });
    socket.on("error", reject);
  });
}
