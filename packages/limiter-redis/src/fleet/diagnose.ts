import { isSluiceError, systemClock } from "@sluice/core";
import { Cluster } from "ioredis";
import { evictionMessage } from "../connection/check-store.js";
import type { RedisClient } from "../connection/client.js";
import { databaseRefusalIn } from "../connection/database.js";
import { type RedisConnectionOptions, type RedisSource, resolveConnection } from "../connection/options.js";
import { isLackOfRights, missingRights } from "../connection/rights.js";
import { shareConnection } from "../connection/shared-connection.js";
import { timeOf } from "../scripts/take.js";
import { createKeys } from "../store/keys.js";

/** What one check has found. */
export interface RedisFinding {
  readonly check:
    | "connection"
    | "database"
    | "version"
    | "role"
    | "scripts"
    | "rights"
    | "eviction"
    | "memory"
    | "persistence"
    | "clock";
  /** `warning`: it works, and may not for long. `problem`: it does not. */
  readonly state: "ok" | "warning" | "problem";
  readonly found: string;
  /** What to do about it; undefined where all is well. */
  readonly advice: string | undefined;
}

/** Oldest server whose commands suffice. */
const OLDEST = 6.2;
/** Difference of clocks from which on it is told. Unit: milliseconds. */
const CLOCK_OFF_MS = 1000;
/** Slower answers are told. Unit: milliseconds. */
const SLOW_MS = 50;
const FULL_SHARE = 0.8;

/**
 * Looks for what is wrong with a Redis, or soon may be. Writes nothing that lasts.
 *
 * @throws ConfigError when an option is out of range; that Redis does not answer is a finding.
 */
export async function diagnoseRedis(options: RedisConnectionOptions): Promise<readonly RedisFinding[]> {
  const config = resolveConnection(options);
  // What the store says of itself is among the findings.
  const { run, release } = shareConnection(config, () => {});
  const keys = createKeys(config.prefix);
  try {
    const connection = await connectionOf(config.place, async () => {
      const asked = run("a first question", (redis) => redis.get(keys.trial("diagnosis")));
      // An answer too: what is missing shows below.
      await asked.catch((error: unknown) => {
        if (!isLackOfRights(error)) throw error;
      });
    });
    if (connection.state === "problem") return [connection];
    const info = await run("INFO", infoOf).catch(() => "");
    const scripts = await scriptsOf(() => run("a script", (redis) => timeOf(redis, keys.presence)));
    const missing = await run("a look at rights", (redis) => missingRights(redis, config.prefix));
    const ofControl = await run("a look at rights", (redis) => missingRights(redis, config.prefix, true));
    const only = ofControl.filter((right) => !missing.includes(right));
    return [
      connection,
      ...databaseFindings(config.source),
      ...serverFindings(info),
      ...scripts,
      missing.length === 0
        ? ok("rights", "all that is needed")
        : problem("rights", `missing: ${missing.join(" ")}`, `ACL SETUSER <user> ${missing.join(" ")}`),
      ...(only.length === 0
        ? []
        : [
            warning(
              "rights",
              `missing for policies, overrides, switches and their audit: ${only.join(" ")}`,
              `Where these are used: ACL SETUSER <user> ${only.join(" ")}`,
            ),
          ]),
    ];
  } finally {
    release();
  }
}

async function connectionOf(place: string, ping: () => Promise<unknown>): Promise<RedisFinding> {
  try {
    await ping();
    const startedMs = systemClock.now();
    await ping();
    const tookMs = systemClock.now() - startedMs;
    const found = `${place} answers in ${tookMs.toFixed(1)} ms`;
    if (tookMs < SLOW_MS) return ok("connection", found);
    return warning("connection", found, "Each decision waits that long: use a Redis nearer to the processes");
  } catch (error) {
    const reason = isSluiceError(error) ? error.message : "unknown";
    const database = databaseRefusalIn(reason);
    if (database !== undefined) return problem("database", `${place} ${database.found}`, database.advice);
    const login = /NOAUTH|WRONGPASS/.test(reason);
    return problem(
      "connection",
      `${place}: ${reason}`,
      login
        ? "Give user and password in the URL: redis://user:password@host"
        : "Check that Redis runs, that the URL names its host and port, and that rediss:// is used exactly where it speaks TLS",
    );
  }
}

/** The one that the URL names, of a connection that there is only with it. */
function databaseFindings(source: RedisSource): readonly RedisFinding[] {
  return "client" in source || source.address.db === 0 ? [] : [ok("database", `${source.address.db} can be used`)];
}

/** Whether scripts load and run, and what their clock says. */
async function scriptsOf(time: () => Promise<number>): Promise<readonly RedisFinding[]> {
  try {
    await time();
    const askedMs = systemClock.wallNow();
    const startedMs = systemClock.now();
    const nowUs = await time();
    const tookMs = systemClock.now() - startedMs;
    const offMs = nowUs / 1000 - (askedMs + systemClock.wallNow()) / 2;
    const loaded = ok("scripts", `load and run in ${tookMs.toFixed(1)} ms`);
    const seconds = `${Math.abs(offMs / 1000).toFixed(1)} s ${offMs < 0 ? "behind" : "ahead of"} this machine's`;
    if (Math.abs(offMs) < CLOCK_OFF_MS) return [loaded, ok("clock", "the same as this machine's, within a second")];
    const advice =
      "Let both follow a time server. Limits count by the clock of Redis alone; ends that are given as a date are off by that much";
    return [loaded, warning("clock", seconds, advice)];
  } catch (error) {
    const reason = isSluiceError(error) ? error.message : "unknown";
    return [problem("scripts", reason, "Allow +eval and +evalsha, and use a server that runs Lua scripts")];
  }
}

function serverFindings(info: string): readonly RedisFinding[] {
  if (info === "")
    return [problem("version", "INFO was refused", "Allow +info, by which eviction is found before it does harm")];
  const fields = new Map(
    info.split(/\r?\n/).map((line): [string, string] => {
      const [name = "", ...rest] = line.split(":");
      return [name, rest.join(":")];
    }),
  );
  const field = (name: string): string => fields.get(name) ?? "";
  const name = field("valkey_version") === "" ? "Redis" : "Valkey";
  const version = field("valkey_version") || field("redis_version");
  const policy = field("maxmemory_policy");
  const findings = [
    Number.parseFloat(version) >= OLDEST
      ? ok("version", `${name} ${version}`)
      : problem("version", `${name} ${version}`, `Use version ${OLDEST} or later`),
    field("role") === "slave"
      ? problem("role", "a replica, which takes no writes", "Name the primary, or redis+sentinel:// which finds it")
      : ok("role", "primary"),
    policy === "noeviction" || policy === ""
      ? ok("eviction", policy || "not told")
      : problem("eviction", `maxmemory-policy ${policy}`, evictionMessage(policy)),
  ];
  const [used, most] = [Number(field("used_memory")), Number(field("maxmemory"))];
  if (most > 0) {
    const found = `${Math.round((used / most) * 100)} % of maxmemory used`;
    findings.push(
      used < most * FULL_SHARE
        ? ok("memory", found)
        : warning("memory", found, "When it is full, limits are kept by each process alone: raise maxmemory"),
    );
  }
  const logged = field("aof_enabled") === "1";
  findings.push(
    logged
      ? ok("persistence", "append-only file")
      : warning(
          "persistence",
          "no append-only file",
          "A restart loses policies, overrides and audit entries that are not in the last snapshot: set appendonly yes",
        ),
  );
  return findings;
}

async function infoOf(client: RedisClient): Promise<string> {
  const [node] = client instanceof Cluster ? client.nodes("master") : [client];
  return (await node?.info()) ?? "";
}

function ok(check: RedisFinding["check"], found: string): RedisFinding {
  return { check, state: "ok", found, advice: undefined };
}

function warning(check: RedisFinding["check"], found: string, advice: string): RedisFinding {
  return { check, state: "warning", found, advice };
}

function problem(check: RedisFinding["check"], found: string, advice: string): RedisFinding {
  return { check, state: "problem", found, advice };
}
