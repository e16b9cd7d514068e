import { Redis } from "ioredis";
import { existsSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ask } from "./ask.js";
import { type RedisServer, startRedisServer } from "./index.js";

let server: RedisServer;

beforeAll(async () => {
  server = await startRedisServer();
});
afterAll(() => server.stop());

function send(port: number, ...words: string[]): Promise<string> {
  return ask(port, [words], (reply) => reply.endsWith("\r\n"), 10_000);
}

test("a client connects by the url", async () => {
  const client = new Redis(server.url);
  await client.set("key", "value");
  expect(await client.get("key")).toBe("value");
  client.disconnect();
});

test("nothing is written to disk", async () => {
  expect(await send(server.port, "CONFIG", "GET", "appendonly")).toContain("\r\nno\r\n");
  expect(await send(server.port, "CONFIG", "GET", "save")).toMatch(/\$0\r\n\r\n$/);
});

test("flush empties it", async () => {
  await send(server.port, "SET", "key", "value");
  await server.flush();
  expect(await send(server.port, "DBSIZE")).toBe(":0\r\n");
});

test("further arguments and a password reach the server", async () => {
  await using own = await startRedisServer({ args: ["--maxmemory", "64mb"], password: "open sesame/" });
  expect(await send(own.port, "PING")).toContain("-NOAUTH");
  const client = new Redis(own.url);
  expect(await client.config("GET", "maxmemory")).toContain(String(64 * 1024 * 1024));
  await client.set("key", "value");
  await own.flush();
  expect(await client.dbsize()).toBe(0);
  client.disconnect();
});

test("a paused server keeps connections open, answers nothing, and catches up when resumed", async () => {
  await using own = await startRedisServer();
  own.pause();
  await expect(ask(own.port, [["PING"]], () => true, 100)).rejects.toThrow("no full reply within 100 ms");
  const late = send(own.port, "PING");
  own.resume();
  expect(await late).toBe("+PONG\r\n");
});

test("a paused server can be stopped", async () => {
  const own = await startRedisServer();
  own.pause();
  await own.stop();
  expect(() => process.kill(own.pid, 0)).toThrow("ESRCH");
});

test("restart brings up an empty server on the same port, also after a kill", async () => {
  await using own = await startRedisServer();
  const before = own.pid;
  await send(own.port, "SET", "key", "value");
  await own.kill();
  await expect(send(own.port, "PING")).rejects.toThrow("ECONNREFUSED");
  await own.restart();
  expect(own.pid).not.toBe(before);
  expect(await send(own.port, "DBSIZE")).toBe(":0\r\n");
});

test("stop leaves neither process nor folder, and may be repeated", async () => {
  const own = await startRedisServer();
  const reply = await send(own.port, "CONFIG", "GET", "dir");
  const directory = /\r\n(\/[^\r]+)\r\n$/.exec(reply)?.[1] ?? "";
  expect(existsSync(directory)).toBe(true);
  await own.stop();
  await own.stop();
  expect(existsSync(directory)).toBe(false);
  expect(() => process.kill(own.pid, 0)).toThrow("ESRCH");
});

test("a server that cannot start fails with its own words", async () => {
  await expect(startRedisServer({ args: ["--no-such-setting", "1"] })).rejects.toThrow(/no-such-setting/);
});
