import type { RedisClient } from "@sluice/limiter-redis";
import type { MetricsRegistry } from "@sluice/telemetry";
import { createRequire } from "node:module";

/** What users bring to their options. Kit itself needs neither package, so each is taken from where it is a dependency. */
function from<Module>(workspace: string, name: string): Module {
  return createRequire(new URL(`../../${workspace}/package.json`, import.meta.url))(name) as Module;
}

export const { Redis } = from<{ Redis: new (url: string) => RedisClient }>("limiter-redis", "ioredis");
export const { Registry } = from<{ Registry: new () => MetricsRegistry }>("telemetry", "prom-client");
