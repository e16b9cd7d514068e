import { startRedisServer } from "@sluice/test/redis-server";
import { stopwatch, watchStalls } from "@sluice/test/stalls";
import { spawn } from "node:child_process";
import { createServer } from "node:net";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

/** What became of a child process. */
interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
  /** From its last word to its end, but for stalls of ours. Unit: milliseconds. */
  readonly lingeredMs: number;
}

const folder = fileURLToPath(new URL("../..", import.meta.url));

/** After which a process that did not end is ended; its start may take seconds. Unit: milliseconds. */
const LONGEST_LIFE_MS = 15_000;
/** What keeps a process alive keeps it for good; else it has ended by then. Unit: milliseconds. */
const SOON_MS = 3000;

/** A process with clients of the built package that nobody closes. The code says `done` when its work is done. */
async function run(code: string, env: Record<string, string> = {}): Promise<Ended> {
  const head = `
    import { assemble } from "@sluice/kit";
    import { classifyHttp, createCall } from "@sluice/core";
    import { tokenBucket } from "@sluice/limiter";
    const charge = { bucket: "b", limit: tokenBucket({ refillRate: 1000, burst: 100 }) };
    const client = (options) => {
      const vendor = { provider: "acme", knownOperations: [], quota: () => [charge], feedback: () => undefined, classify: classifyHttp, maxInFlight: 100 };
      const { hooks } = assemble(options ?? {}, vendor);
      return () => hooks.run("attempt", createCall({ provider: "acme", account: "main", operation: "list", signal: new AbortController().signal }), async () => "answer");
    };
    const done = () => process.stdout.write("done");
  `;
  const child = spawn(process.execPath, ["--input-type=module", "-e", head + code], {
    cwd: folder,
    env: { PATH: process.env["PATH"], REDIS_URL: "", ...env },
    stdio: ["ignore", "pipe", "pipe"],
    timeout: LONGEST_LIFE_MS,
  });
  using stalls = watchStalls();
  let out = "";
  let err = "";
  let lingered = stopwatch(stalls);
  child.stdout.on("data", (chunk: Buffer) => {
    lingered = stopwatch(stalls);
    out += String(chunk);
  });
  child.stderr.on("data", (chunk: Buffer) => (err += String(chunk)));
  const exit = await new Promise<number | null>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", resolve);
  });
  const { tookMs, stalledMs } = lingered();
  return { code: exit, out, err, lingeredMs: tookMs - stalledMs };
}

it("clients in memory warn once for the process, and keep it alive no longer than their calls", async () => {
  const ended = await run(`
    const clients = [client(), client(), client()];
    await Promise.all(clients.flatMap((send) => [send(), send()]));
    done();
  `);
  expect(ended).toMatchObject({ code: 0, out: "done" });
  expect(ended.err.match(/SLUICE_MEMORY_STORE/g)).toHaveLength(1);
  expect(ended.err).toContain("set REDIS_URL");
  expect(ended.lingeredMs).toBeLessThan(SOON_MS);
}, 30_000);

it("the one warning goes to the log of the first client that has one to give", async () => {
  const ended = await run(`
    const log = { info() {}, warn(fields, message) { process.stdout.write(fields.code + " "); } };
    for (const send of [client({ log }), client({ log }), client()]) await send();
    done();
  `);
  expect(ended).toMatchObject({ code: 0, out: "SLUICE_MEMORY_STORE done", err: "" });
}, 30_000);

it("an unclosed client of Redis does not keep its process alive, and a burst from the cold warns of nothing", async () => {
  await using redis = await startRedisServer();
  const code = `const send = client(); await Promise.all(Array.from({ length: 80 }, send)); for (let n = 0; n < 5; n += 1) await send(); done();`;
  const ended = await run(code, { REDIS_URL: redis.url });
  expect(ended).toMatchObject({ code: 0, out: "done", err: "" });
  expect(ended.lingeredMs).toBeLessThan(SOON_MS);
}, 30_000);

let withoutRedis: Promise<Ended> | undefined;

/** How a process fares whose Redis is not there. */
async function runWithoutRedis(): Promise<Ended> {
  const probe = createServer();
  const port = await new Promise<number>((resolve) =>
    probe.listen(0, "127.0.0.1", () => resolve((probe.address() as { port: number }).port)),
  );
  await new Promise((resolve) => probe.close(resolve));
  const code = `const send = client({ onStoreError: "open" }); for (let n = 0; n < 5; n += 1) await send(); done();`;
  return run(code, { REDIS_URL: `redis://:hunter2@127.0.0.1:${port}` });
}

it("a Redis that is not there is one warning without its password", async () => {
  const ended = await (withoutRedis ??= runWithoutRedis());
  expect(ended.out).toBe("done");
  expect(ended.err.match(/SLUICE_STORE/g)).toHaveLength(1);
  expect(ended.err).not.toContain("hunter2");
}, 30_000);

it("nor does one whose Redis is not there", async () => {
  expect((await (withoutRedis ??= runWithoutRedis())).lingeredMs).toBeLessThan(SOON_MS);
}, 30_000);
