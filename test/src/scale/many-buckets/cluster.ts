import { Command } from "ioredis";
import type { Traffic } from "../virtual/store-server.js";

/** How a cluster of so many nodes divides the commands. */
export interface ClusterLoad {
  readonly nodes: number;
  /** Commands per second of each node, the busiest first. */
  readonly perNode: readonly { readonly commandsPerSecond: number }[];
  /** The busiest node's load over an even share; 1 is the best. */
  readonly busiestOverEven: number;
}

const SLOTS = 16_384;

/** Each node serves an unbroken range of slots, all of the same length but for one. */
export function clusterLoad({ byScope }: Traffic, nodes: number, durationS: number): ClusterLoad {
  const commands = Array.from({ length: nodes }, () => 0);
  for (const [scope, count] of byScope) {
    const node = Math.floor((slotOf(scope) * nodes) / SLOTS);
    commands[node] = (commands[node] ?? 0) + count;
  }
  const total = commands.reduce((a, b) => a + b, 0);
  return {
    nodes,
    perNode: commands.toSorted((a, b) => b - a).map((count) => ({ commandsPerSecond: count / durationS })),
    busiestOverEven: (Math.max(...commands) * nodes) / total,
  };
}

/** The slot of everything an account keeps, as the client computes it: CRC16 of the hash tag. */
export function slotOf(scope: string): number {
  return new Command("get", [`sluice:{${scope}}:t:any`]).getSlot();
}
