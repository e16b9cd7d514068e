import type { Clock } from "@sluice/core";
import { registerFamilies } from "../families/families.js";
import type { MetricsRegistry } from "../families/registry.js";
import { type Board, createBoard } from "./board.js";

const boards = new WeakMap<MetricsRegistry, Board>();

/** The board of a registry. Clients share it, so that the caps hold for all of them together. */
export function boardOf(registry: MetricsRegistry, clock: Clock): Board {
  const families = registerFamilies(registry);
  const before = boards.get(registry);
  // A registry that was cleared has forgotten the metrics that the old board writes to.
  if (before !== undefined && before.families.requests === families.requests) return before;
  const board = createBoard(families, clock);
  boards.set(registry, board);
  return board;
}
