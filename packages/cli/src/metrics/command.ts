import type { FleetSight } from "@sluice/limiter-redis";
import { Command } from "commander";
import { facts, table } from "../output/table.js";
import { type ConnectionFlags, withConnection } from "../shared/options.js";
import { print } from "../shared/print.js";
import { withEngine, withFleet } from "../shared/with-engine.js";
import type { Terminal } from "../terminal.js";

/** What Redis alone can tell, summed over the fleet. */
interface FleetMetrics extends Pick<FleetSight, "scopes"> {
  readonly processes: number;
  readonly grantedPerSecond: number;
  readonly refusedPerSecond: number;
  readonly waiting: number;
  readonly throttled: number;
  readonly buckets: number;
  readonly breakers: { readonly closed: number; readonly open: number; readonly halfOpen: number };
  readonly engine: {
    readonly name: string;
    readonly mode: string;
    readonly policies: number;
    readonly overrides: number;
    readonly forcedBreakers: number;
  };
}

/** `sluice metrics`: the figures of the fleet, once. */
export function metricsCommand(terminal: Terminal): Command {
  const command = new Command("metrics").description("Print the figures of the whole fleet, once.");
  return withConnection(command).action(async (flags: ConnectionFlags) => {
    const [sight, engine] = await Promise.all([
      withFleet(flags, terminal, (fleet) => fleet.look({ steps: 100_000 })),
      withEngine(flags, terminal, async (own) => ({
        name: own.name,
        mode: own.mode,
        policies: (await own.policies.list()).length,
        overrides: (await own.overrides.list()).length,
        forcedBreakers: (await own.breakers.list()).length,
      })),
    ]);
    const metrics = sumUp(sight, engine);
    print(terminal, flags.json, metrics, () => textOf(metrics));
  });
}

function sumUp({ scopes, processes, scanned, breakers }: FleetSight, engine: FleetMetrics["engine"]): FleetMetrics {
  const sum = (of: (scope: FleetSight["scopes"][number]) => number): number =>
    scopes.reduce((all, scope) => all + of(scope), 0);
  const inState = (...states: readonly string[]): number =>
    breakers.filter(({ state }) => states.includes(state)).length;
  return {
    processes: processes.length,
    grantedPerSecond: sum((scope) => scope.grantedPerSecond),
    refusedPerSecond: sum((scope) => scope.refusedPerSecond),
    waiting: sum((scope) => scope.waiting),
    throttled: sum((scope) => scope.throttled),
    buckets: scanned.buckets,
    breakers: { closed: inState("closed"), open: inState("open", "isolated"), halfOpen: inState("half-open") },
    scopes,
    engine,
  };
}

function textOf({ scopes, breakers, engine, ...totals }: FleetMetrics): string {
  const scopeTable = table(
    ["scope", right("granted/s"), right("refused/s"), right("waiting"), right("429s/min")],
    scopes.map((one) => [
      one.scope,
      one.grantedPerSecond.toFixed(1),
      one.refusedPerSecond.toFixed(1),
      one.waiting,
      one.throttled,
    ]),
  );
  const rows = facts([
    ["processes", totals.processes],
    ["granted", `${totals.grantedPerSecond.toFixed(1)} a second`],
    ["refused", `${totals.refusedPerSecond.toFixed(1)} a second`],
    ["waiting", totals.waiting],
    ["429s", `${totals.throttled} in the last minute`],
    ["buckets in use", totals.buckets],
    ["breakers", `${breakers.closed} closed, ${breakers.open} open, ${breakers.halfOpen} half-open`],
    ["engine", `${engine.name}, mode ${engine.mode}`],
    ["stored policies", engine.policies],
    ["overrides", engine.overrides],
    ["breakers held", engine.forcedBreakers],
  ]);
  return scopes.length === 0 ? rows : rows + scopeTable;
}

function right(head: string): { readonly head: string; readonly align: "right" } {
  return { head, align: "right" };
}
