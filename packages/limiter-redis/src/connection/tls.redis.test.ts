import { createLimiter } from "@sluice/limiter";
import { type RedisServer, say, startRedisServer } from "@sluice/test/redis-server";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { type AddressInfo, connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { redisStore } from "../index.js";
import { charge, useAll } from "./use-all.test-support.js";

let folder: string;
let ca: string;
const warnings: string[] = [];
const onWarning = ({ message }: Error): void => void warnings.push(message);

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "sluice-tls-"));
  const words =
    "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout key.pem -out cert.pem -days 2 -subj /CN=redis -addext subjectAltName=DNS:localhost,DNS:redis.test,IP:127.0.0.1";
  execFileSync("openssl", words.split(" "), { cwd: folder, stdio: "pipe" });
  ca = readFileSync(join(folder, "cert.pem"), "utf8");
  process.on("warning", onWarning);
});
afterAll(() => {
  process.off("warning", onWarning);
  rmSync(folder, { recursive: true, force: true });
});

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, "127.0.0.1", resolve));
  const { port } = probe.address() as { port: number };
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

/** A free port may be taken by somebody else before the server listens on it; so often another one is tried. */
const PORTS_TO_TRY = 5;

/** A server that listens for TLS beside its plain port, which only the test itself uses. */
async function tlsServer(args: readonly string[] = [], sentinel = false): Promise<RedisServer & { tlsPort: number }> {
  const files = ["--tls-cert-file", join(folder, "cert.pem"), "--tls-key-file", join(folder, "key.pem")];
  const trust = ["--tls-ca-cert-file", join(folder, "cert.pem"), "--tls-auth-clients", "no"];
  for (let attempt = 1; ; attempt += 1) {
    const tlsPort = await freePort();
    try {
      const all = ["--tls-port", String(tlsPort), ...files, ...trust, ...args];
      return { ...(await startRedisServer({ sentinel, args: all })), tlsPort };
    } catch (error) {
      if (attempt === PORTS_TO_TRY || !String(error).includes("Address already in use")) throw error;
    }
  }
}

/** How many connections of ours came over this port. */
async function over(server: RedisServer, port: number): Promise<number> {
  const lines = (await say(server, "CLIENT", "LIST")).split("\n");
  return lines.filter((line) => line.includes("sluice") && line.includes(`laddr=127.0.0.1:${port} `)).length;
}

it.each(["localhost", "127.0.0.1"])("rediss://%s speaks TLS alone, listening included", async (host) => {
  await using server = await tlsServer();
  await using _all = await useAll({ url: `rediss://${host}:${server.tlsPort}`, tls: { ca } });
  await expect.poll(() => over(server, server.tlsPort), { timeout: 10_000 }).toBe(2);
  expect(await over(server, server.port)).toBe(0);
  expect(warnings).toEqual([]);
});

it("rediss+cluster:// speaks TLS with every node", async () => {
  const cluster = [
    "--cluster-enabled",
    "yes",
    "--cluster-config-file",
    "nodes.conf",
    "--tls-cluster",
    "yes",
    "--cluster-announce-ip",
    "127.0.0.1",
  ];
  await using server = await tlsServer(cluster);
  await say(server, "CLUSTER", "ADDSLOTSRANGE", "0", "16383");
  await expect.poll(() => say(server, "CLUSTER", "INFO"), { timeout: 10_000 }).toContain("cluster_state:ok");
  await using _all = await useAll({ url: `rediss+cluster://localhost:${server.tlsPort}`, tls: { ca } });
  await expect.poll(() => over(server, server.tlsPort), { timeout: 10_000 }).toBeGreaterThanOrEqual(2);
  expect(await over(server, server.port)).toBe(0);
  expect(warnings).toEqual([]);
});

it("rediss+sentinel:// speaks TLS with the Sentinels and with the primary", async () => {
  await using server = await tlsServer(["--tls-replication", "yes"]);
  await using sentinel = await tlsServer(["--tls-replication", "yes"], true);
  await say(sentinel, "SENTINEL", "MONITOR", "main", "127.0.0.1", String(server.tlsPort), "1");
  await expect.poll(() => say(sentinel, "INFO", "sentinel"), { timeout: 10_000 }).toContain("status=ok");
  const url = `rediss+sentinel://localhost:${sentinel.tlsPort}/main`;
  await using _all = await useAll({ url, tls: { ca } });
  await expect.poll(() => over(server, server.tlsPort), { timeout: 10_000 }).toBe(2);
  expect(await over(server, server.port)).toBe(0);
  const plain = (await say(sentinel, "CLIENT", "LIST")).split("\n").filter((line) => line.startsWith("id="));
  expect(plain.filter((line) => line.includes(`laddr=127.0.0.1:${sentinel.port} `))).toHaveLength(1);
  expect(warnings).toEqual([]);
});

it("a certificate for another name is taken when the user says which", async () => {
  await using server = await tlsServer();
  const named = (servername: string) =>
    useAll({ url: `rediss://127.0.0.1:${server.tlsPort}`, tls: { ca, servername } });
  await using _all = await named("redis.test");
  await expect(named("elsewhere.test")).rejects.toMatchObject({ code: "STORE_UNAVAILABLE" });
});

it("an unknown authority is refused, and nothing goes over in plain text", async () => {
  await using server = await tlsServer();
  await using store = redisStore({ url: `rediss://localhost:${server.tlsPort}`, onStoreError: "closed" });
  const limiter = createLimiter({ store });
  const asked = vi.fn(() => limiter.tryAcquire(charge));
  for (let n = 0; n < 5; n += 1) await expect(asked()).rejects.toMatchObject({ code: "STORE_UNAVAILABLE" });
  expect(await over(server, server.tlsPort)).toBe(0);
  expect(await over(server, server.port)).toBe(0);
  await limiter.close();
});

it("a connection that fails twice ends no process: a certificate that is not trusted, and then a record that is none", async () => {
  await using server = await tlsServer();
  let records = 0;
  const between = createServer((client) => {
    const behind = connect(server.tlsPort, "127.0.0.1");
    for (const socket of [client, behind]) socket.on("error", () => {}).on("close", () => socket.destroy());
    client.pipe(behind);
    behind.on("data", (bytes) => {
      records += 1;
      client.write(Buffer.concat([bytes, Buffer.from("15030300020232", "hex")]));
    });
    behind.on("close", () => client.destroy());
    client.on("close", () => behind.destroy());
  });
  await new Promise<void>((resolve) => between.listen(0, "127.0.0.1", resolve));
  const uncaught: Error[] = [];
  const onUncaught = (error: Error): void => void uncaught.push(error);
  process.on("uncaughtException", onUncaught);
  try {
    const { port } = between.address() as AddressInfo;
    const store = redisStore({ url: `rediss://localhost:${port}`, onStoreError: "closed", onEvent: () => {} });
    const limiter = createLimiter({ store, provider: "test", account: "acme" });
    await expect(limiter.tryAcquire(charge)).rejects.toMatchObject({ code: "STORE_UNAVAILABLE" });
    const before = records;
    // Each attempt to connect again is another chance.
    await expect.poll(() => records, { timeout: 10_000 }).toBeGreaterThan(before + 1);
    await limiter.close();
    await store.close();
  } finally {
    process.off("uncaughtException", onUncaught);
    between.close();
  }
  expect(uncaught).toEqual([]);
});
