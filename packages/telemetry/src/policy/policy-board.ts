import type { Clock } from "@sluice/core";
import type { Board } from "../labels/board.js";
import { MAX_POLICIES, MAX_VIOLATOR_SERIES } from "../labels/caps.js";
import { labelText, other } from "../labels/label-text.js";
import { createSlots } from "../labels/slots.js";
import { listed, scopes } from "./closed-lists.js";
import { openPolicySeries, type PolicySeries } from "./policy-series.js";

/** Finds the series of policies, and keeps their number under the caps. One per registry. */
export interface PolicyBoard {
  policy(name: string | undefined, scope: string | undefined): PolicySeries;
  /** The label of a caller under a policy. */
  caller(series: PolicySeries, caller: string): string;
}

const boards = new WeakMap<Board, PolicyBoard>();

/** The one of a board; engines of one registry share it. */
export function policyBoardOf(board: Board, clock: Clock): PolicyBoard {
  let found = boards.get(board);
  if (found === undefined) {
    found = create(board, clock);
    boards.set(board, found);
  }
  return found;
}

function create(board: Board, clock: Clock): PolicyBoard {
  const { families } = board;
  const slots = createSlots({ size: MAX_POLICIES, clock });
  const opened = new Map<string, Map<string, PolicySeries>>();
  let violators = 0;
  const all = (): PolicySeries[] => [...opened.values()].flatMap((byScope) => [...byScope.values()]);

  board.onCallerGone((caller) => {
    for (const series of all()) violators -= series.removeCaller(caller);
  });
  families.usage.onCollect(() => {
    const nowMs = clock.now();
    for (const series of all()) series.showUsage(nowMs);
  });

  const open = (name: string, scope: string): PolicySeries => {
    const label = name === "" ? "" : slots.nameFor(labelText(name));
    const kept = label === name;
    const byScope = opened.get(label) ?? new Map<string, PolicySeries>();
    opened.set(label, byScope);
    const known = kept || name === "" ? scope : "";
    const series = byScope.get(known) ?? openPolicySeries(families, { policy: label, scope: known });
    byScope.set(known, series);
    return series;
  };

  return {
    policy(name = "", scope) {
      const known = listed(scopes, scope, "");
      return opened.get(name)?.get(known) ?? open(name, known);
    },
    caller(series, caller) {
      const name = caller === "" ? "" : board.callers.nameFor(caller);
      if (name === "" || name === other || series.callers.has(name)) return name;
      if (violators >= MAX_VIOLATOR_SERIES) return other;
      violators += 1;
      return name;
    },
  };
}
