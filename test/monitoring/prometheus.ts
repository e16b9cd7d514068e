import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { ensurePrometheus, type PrometheusBinaries } from "../../scripts/ensure-prometheus.mjs";
import { freePort } from "../src/loopback/free-port.js";
import { guardProcess } from "../src/redis-server/guard.js";

/** One series of an answer, at one moment. */
export interface Sample {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: number;
}

/** A rule as the server has read it. */
export interface LoadedRule {
  readonly name: string;
  readonly query: string;
  /** The last error of its evaluation, empty for none. */
  readonly lastError: string;
}

/** A Prometheus of one test. */
export interface Prometheus extends AsyncDisposable {
  /** Asks PromQL, now. @throws Error with the server's words when the expression is not valid. */
  query(expression: string): Promise<readonly Sample[]>;
  rules(): Promise<readonly LoadedRule[]>;
  /** How many targets it scrapes without an error. */
  up(): Promise<number>;
}

/** What it scrapes and judges. */
export interface PrometheusOptions {
  /** `host:port` of each; metrics are below `/metrics`. */
  readonly targets: readonly string[];
  readonly ruleFile: string;
}

/** It looks for its targets only some seconds after its start. */
const START_TIMEOUT_MS = 20_000;
const GRACE_MS = 5_000;
const MOST_TRIES = 3;

let found: PrometheusBinaries | undefined;

/** The programs, looked up once per process; fetched if they are missing. */
export function prometheusBinaries(): PrometheusBinaries {
  found ??= ensurePrometheus();
  return found;
}

/** Starts a server on a free port of 127.0.0.1 that scrapes every second, and has begun to; its data is removed with it. */
export async function startPrometheus(options: PrometheusOptions): Promise<Prometheus> {
  for (let tries = 1; ; tries += 1) {
    const { child, port, end } = await spawnServer(options);
    try {
      const server = serverOf(port, end);
      await until(child, async () => (await server.up()) === options.targets.length);
      return server;
    } catch (error) {
      await end();
      // Somebody else may have taken the port meanwhile.
      if (tries === MOST_TRIES) throw error;
    }
  }
}

/** JSON is YAML. */
function configOf({ targets, ruleFile }: PrometheusOptions): string {
  return JSON.stringify({
    global: { scrape_interval: "1s", scrape_timeout: "1s", evaluation_interval: "1s" },
    rule_files: [ruleFile],
    scrape_configs: [{ job_name: "fleet", static_configs: [{ targets }] }],
  });
}

interface Spawned {
  readonly child: ChildProcess & { said: string };
  readonly port: number;
  /** Ends it and removes its folder. */
  readonly end: () => Promise<void>;
}

async function spawnServer(options: PrometheusOptions): Promise<Spawned> {
  const port = await freePort();
  const directory = await mkdtemp(join(tmpdir(), "sluice-prometheus-"));
  await writeFile(join(directory, "prometheus.yml"), configOf(options));
  const args = [
    `--config.file=${join(directory, "prometheus.yml")}`,
    `--storage.tsdb.path=${join(directory, "data")}`,
    `--web.listen-address=127.0.0.1:${port}`,
    "--log.level=warn",
  ];
  const env = { ...process.env, GOMAXPROCS: "1" };
  const started = spawn(prometheusBinaries().prometheus.path, args, {
    cwd: directory,
    stdio: ["ignore", "ignore", "pipe"],
    env,
  });
  const child = Object.assign(started, { said: "" });
  child.stderr.setEncoding("utf8").on("data", (text: string) => (child.said = (child.said + text).slice(-4_000)));
  await once(child, "spawn");
  const guard = guardProcess(child.pid as number, directory);
  const end = async (): Promise<void> => {
    await endChild(child);
    guard.dismiss();
    await rm(directory, { recursive: true, force: true });
  };
  return { child, port, end };
}

async function until(child: Spawned["child"], done: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + START_TIMEOUT_MS;
  while (performance.now() < deadline) {
    if (child.exitCode !== null) throw new Error(`Prometheus ended with ${child.exitCode}:\n${child.said}`);
    if (await done().catch(() => false)) return;
    await sleep(100);
  }
  throw new Error(`Prometheus did not scrape its targets in ${START_TIMEOUT_MS} ms:\n${child.said}`);
}

function serverOf(port: number, end: () => Promise<void>): Prometheus {
  const ask = async (path: string): Promise<unknown> => {
    const answer = await fetch(`http://127.0.0.1:${port}/api/v1/${path}`);
    const body = (await answer.json()) as { status: string; error?: string; data?: unknown };
    if (body.status !== "success") throw new Error(body.error ?? `status ${answer.status}`);
    return body.data;
  };
  return {
    async query(expression) {
      const data = (await ask(`query?query=${encodeURIComponent(expression)}`)) as {
        readonly result: readonly { readonly metric: Sample["metric"]; readonly value: readonly [number, string] }[];
      };
      return data.result.map(({ metric, value: [, text] }) => ({ metric, value: Number(text) }));
    },
    async rules() {
      const data = (await ask("rules")) as {
        readonly groups: readonly {
          readonly rules: readonly (Omit<LoadedRule, "lastError"> & { lastError?: string })[];
        }[];
      };
      return data.groups.flatMap(({ rules }) =>
        rules.map(({ name, query, lastError = "" }) => ({ name, query, lastError })),
      );
    },
    async up() {
      const data = (await ask("targets")) as { readonly activeTargets: readonly { readonly health: string }[] };
      return data.activeTargets.filter(({ health }) => health === "up").length;
    },
    [Symbol.asyncDispose]: end,
  };
}

async function endChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const closed = once(child, "close");
  child.kill("SIGTERM");
  const timer = setTimeout(() => child.kill("SIGKILL"), GRACE_MS);
  await closed;
  clearTimeout(timer);
}
