import { type Call, type CallInit, classifyHttp, createCall } from "@sluice/core";
import { createFakeClock } from "@sluice/core/testing";
import { tokenBucket } from "@sluice/limiter";
import type { MetricsRegistry } from "@sluice/telemetry";
import type { ApiOptions } from "../options/api-options.js";
import { Registry } from "../users-own.test-support.js";
import { type Assembly, assemble, type VendorParts } from "./assemble.js";

export const charge = { bucket: "all", limit: tokenBucket({ refillRate: 10, burst: 2 }) };

/** A vendor of plain HTTP. */
export const vendor: VendorParts = {
  provider: "acme",
  knownOperations: ["list", "create"],
  quota: () => [charge],
  feedback: () => undefined,
  classify: classifyHttp,
  env: {},
};

/** The least a hook chain takes for an answer. */
export function reply(
  status: number,
  headers: Readonly<Record<string, string>> = {},
): { status: number; headers: Headers } {
  return { status, headers: new Headers(headers) };
}

/** A factory's chain on a fake clock, without chance. */
export function client(options: ApiOptions = {}, parts: Partial<VendorParts> = {}) {
  const clock = createFakeClock();
  const registry = new Registry();
  const assembly = assemble({ clock, registry, random: () => 0.5, ...options }, { ...vendor, ...parts });
  return { assembly, clock, registry, send: sender(assembly) };
}

/** Sends requests through the attempt stage; the list operation of account `main` unless told otherwise. */
export function sender(assembly: Pick<Assembly, "hooks">) {
  return <Result>(
    transport: (call: Call) => Result | Promise<Result>,
    init: Partial<CallInit> = {},
  ): Promise<Result> => {
    const { signal } = new AbortController();
    const call = createCall({ provider: "acme", account: "main", operation: "list", signal, ...init });
    return assembly.hooks.run("attempt", call, async (current) => transport(current));
  };
}

/** The samples of a metric, values by their labels. */
export async function samples(registry: MetricsRegistry, name: string): Promise<Record<string, number>> {
  const lines = (await registry.metrics()).split("\n").filter((line) => line.startsWith(`${name}{`));
  return Object.fromEntries(lines.map((line) => [/\{(.*)\}/.exec(line)?.[1] ?? "", Number(line.split(" ").at(-1))]));
}

/** The modes of the store that clients are in. */
export async function storeModes(registry: MetricsRegistry): Promise<string[]> {
  const modes = Object.entries(await samples(registry, "sluice_store_mode"));
  return modes.filter(([, value]) => value !== 0).map(([labels]) => /mode="(\w+)"/.exec(labels)?.[1] ?? "");
}
