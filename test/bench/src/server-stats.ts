import type { Redis } from "ioredis";

/** What a Redis server has done since it started. */
export interface ServerStats {
  /** Scripts run. */
  readonly scripts: number;
  /** Commands run, those inside scripts too. */
  readonly commands: number;
  /** Unit: microseconds. */
  readonly cpuUs: number;
}

/** Reads the server's own counters; the reading itself is not counted. */
export async function readServerStats(redis: Redis): Promise<ServerStats> {
  const [commandStats, cpu] = await Promise.all([redis.info("commandstats"), redis.info("cpu")]);
  let scripts = 0;
  let commands = 0;
  for (const [, name = "", calls] of commandStats.matchAll(/^cmdstat_([^:]+):calls=(\d+)/gm)) {
    if (name === "info") continue;
    commands += Number(calls);
    if (name === "evalsha" || name === "eval") scripts += Number(calls);
  }
  const seconds = [...cpu.matchAll(/^used_cpu_(?:sys|user):([\d.]+)/gm)].map(([, value]) => Number(value));
  return { scripts, commands, cpuUs: seconds.reduce((total, value) => total + value, 0) * 1e6 };
}

/** What was done between two readings, per so many. */
export function statsPer(count: number, before: ServerStats, after: ServerStats): ServerStats {
  return {
    scripts: (after.scripts - before.scripts) / count,
    commands: (after.commands - before.commands) / count,
    cpuUs: (after.cpuUs - before.cpuUs) / count,
  };
}
