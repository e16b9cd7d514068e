import type { OneBucketFigures } from "../one-bucket/figures.js";
import type { DebitsCost } from "../one-node/debits.js";
import type { OneNodeFigures } from "../one-node/measure-one-node.js";

/** What one node carries of fleets like this one. */
export interface Capacity {
  /** Processor time of one command. Unit: microseconds. */
  readonly commandUs: number;
  readonly commandsPerSecond: number;
  readonly grantsPerSecond: number;
}

/**
 * A server runs commands one after another, so a second holds as many as their processor time allows. What is booked ahead in a bucket
 * makes its commands dearer, by so much as was measured. Undefined where more is booked than was measured.
 */
export function capacityOf(
  { commandsPerGrant, debitsAhead }: Pick<OneBucketFigures, "commandsPerGrant" | "debitsAhead">,
  { shapes, debits }: Pick<OneNodeFigures, "shapes" | "debits">,
): Capacity | undefined {
  const dearerUs = scriptUsAt(debits, debitsAhead);
  if (dearerUs === undefined) return undefined;
  const commandUs = Math.max(...shapes.map(({ processorUs }) => processorUs)) + dearerUs;
  const commandsPerSecond = 1e6 / commandUs;
  return { commandUs, commandsPerSecond, grantsPerSecond: commandsPerSecond / commandsPerGrant };
}

/** What the script takes more behind so many debits than behind none; between two that were measured, in proportion. */
function scriptUsAt(costs: readonly DebitsCost[], debits: number): number | undefined {
  const upper = costs.findIndex((cost) => cost.debits >= debits);
  const above = costs[upper];
  const below = costs[Math.max(0, upper - 1)];
  if (above === undefined || below === undefined) return undefined;
  const part = above === below ? 0 : (debits - below.debits) / (above.debits - below.debits);
  return Math.max(0, below.scriptUs + part * (above.scriptUs - below.scriptUs) - (costs[0]?.scriptUs ?? 0));
}
