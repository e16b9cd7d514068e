import { redisLock } from "@sluice/limiter-redis";
import { type RedisServer, say, startRedisServer } from "@sluice/test/redis-server";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ConnectionOptions } from "node:tls";
import { afterAll, beforeAll, expect } from "vitest";
import { type Called, called, LONGEST_MS, type Member, member, ms, PATIENT_MS, slow } from "./c-support.js";
import { fault } from "./fault.js";

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "sluice-c-tls-"));
  certificate("good", "localhost", "2");
  certificate("expired", "localhost", "-1");
  certificate("other", "elsewhere.test", "2");
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Signed by itself, so that it is its own authority. */
function certificate(file: string, name: string, days: string): void {
  const run = (words: string): void => void execFileSync("openssl", words.split(" "), { cwd: folder, stdio: "pipe" });
  run(
    `req -new -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout ${file}.key -out ${file}.csr -subj /CN=${name}`,
  );
  run(`x509 -req -in ${file}.csr -signkey ${file}.key -days ${days} -out ${file}.pem`);
}

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, "127.0.0.1", resolve));
  const { port } = probe.address() as { port: number };
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

/** A server that listens for TLS with this certificate, beside its plain port. */
async function tlsServer(file: string): Promise<RedisServer & { readonly tlsPort: number }> {
  const [cert, key] = [join(folder, `${file}.pem`), join(folder, `${file}.key`)];
  const files = ["--tls-cert-file", cert, "--tls-key-file", key, "--tls-ca-cert-file", cert];
  for (let attempt = 1; ; attempt += 1) {
    const tlsPort = await freePort();
    const args = ["--tls-port", String(tlsPort), ...files, "--tls-auth-clients", "no"];
    try {
      return { ...(await startRedisServer({ args })), tlsPort };
    } catch (error) {
      // Somebody else may have taken the port meanwhile.
      if (attempt === 3) throw error;
    }
  }
}

function trust(file: string): ConnectionOptions {
  return { ca: readFileSync(join(folder, `${file}.pem`), "utf8") };
}

/** Our connections that the server has taken, over any port. */
async function accepted(server: RedisServer): Promise<number> {
  return ((await say(server, "CLIENT", "LIST")).match(/name=sluice/g) ?? []).length;
}

async function ask(one: Member, count: number): Promise<readonly Called[]> {
  const calls: Called[] = [];
  for (let n = 0; n < count; n += 1) {
    calls.push(await called(() => one.limiter.tryAcquire({ bucket: "b", limit: slow })));
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return calls;
}

function longestOf(calls: readonly Called[]): number {
  return Math.max(...calls.map(({ tookMs }) => tookMs));
}

const refusals = [
  { what: "an unknown authority", file: "good", tls: () => ({}), code: "DEPTH_ZERO_SELF_SIGNED_CERT" },
  { what: "an expired certificate", file: "expired", tls: () => trust("expired"), code: "CERT_HAS_EXPIRED" },
  {
    what: "a certificate for another name",
    file: "other",
    tls: () => trust("other"),
    code: "ERR_TLS_CERT_ALTNAME_INVALID",
  },
] as const;

for (const { what, file, tls, code } of refusals) {
  fault(
    { id: "C12", fault: `TLS: ${what}`, expected: "refused, never in plain text; the reason is in event and error" },
    async () => {
      await using server = await tlsServer(file);
      const where = {
        url: `rediss://localhost:${server.tlsPort}`,
        tls: tls(),
        commandTimeoutMs: PATIENT_MS,
      };
      await using one = member(where);
      await using lock = redisLock(where);
      const calls = await ask(one, 20);
      const taken = await accepted(server);
      for (const { error } of calls) expect(error).toMatchObject({ code: "STORE_UNAVAILABLE" });
      expect(taken).toBe(0);
      expect(one.events).toMatchObject([{ type: "store-down", message: expect.stringContaining(code) }]);
      expect((await called(() => lock.acquire("job"))).error).toMatchObject({
        code: "STORE_UNAVAILABLE",
        message: expect.stringContaining(code),
      });
      expect(longestOf(calls)).toBeLessThan(LONGEST_MS);
      // The same server is fine for who trusts it by its name.
      if (file === "good") {
        await using right = member({ ...where, tls: trust("good") });
        expect((await ask(right, 1))[0]?.error).toBeUndefined();
      }
      return `${taken} connections accepted; says ${code}; longest call ${ms(longestOf(calls))}`;
    },
  );
}

const crossed = [
  { what: "TLS to a plain port", scheme: "rediss", cause: /does this port speak TLS/ },
  { what: "plain text to a TLS port", scheme: "redis", cause: /rediss:\/\// },
] as const;

for (const { what, scheme, cause } of crossed) {
  fault(
    {
      id: "C13",
      fault: what,
      expected: "each call settles by its deadline (500 ms); the message names the likely cause",
    },
    async () => {
      await using server = await tlsServer("good");
      const port = scheme === "rediss" ? server.port : server.tlsPort;
      const tls = scheme === "rediss" ? { tls: trust("good") } : {};
      await using one = member({ url: `${scheme}://localhost:${port}`, ...tls });
      const calls = await ask(one, 20);
      expect(longestOf(calls)).toBeLessThan(LONGEST_MS);
      expect(one.events).toHaveLength(1);
      expect(one.events[0]?.message).toMatch(cause);
      expect(await accepted(server)).toBe(0);
      return `longest call ${ms(longestOf(calls))}; "${/It has never answered.*/.exec(one.events[0]?.message ?? "")?.[0]}"`;
    },
  );
}
