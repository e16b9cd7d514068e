import { type Clock, ConfigError } from "@sluice/core";
import { registerFamilies } from "../families/families.js";
import type { MetricsRegistry } from "../families/registry.js";
import { type Board, createBoard } from "./board.js";

const boards = new WeakMap<MetricsRegistry, Board>();

/**
 * The board of a registry. Clients share it, so that the caps hold for all of them together.
 *
 * @throws ConfigError for what is no registry: the types of those who make metrics may be unchecked.
 */
export function boardOf(registry: MetricsRegistry, clock: Clock): Board {
  if (typeof registry.getSingleMetric !== "function" || typeof registry.registerMetric !== "function")
    throw new ConfigError({ option: "registry", accepted: "a Registry of prom-client", value: registry });
  const families = registerFamilies(registry);
  const before = boards.get(registry);
  // A registry that was cleared has forgotten the metrics that the old board writes to.
  if (before !== undefined && before.families.requests === families.requests) return before;
  const board = createBoard(families, clock);
  boards.set(registry, board);
  return board;
}
