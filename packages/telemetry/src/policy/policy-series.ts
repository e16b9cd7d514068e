import type { Cell } from "../families/cell.js";
import type { Families } from "../families/families.js";
import type { EngineMode } from "./closed-lists.js";
import { UsageWindow } from "./usage-window.js";

/** The series of one policy, resolved once. */
export interface PolicySeries {
  countDecision(decision: "allowed" | "denied", mode: EngineMode): void;
  countRejected(): void;
  countViolation(caller: string, mode: EngineMode): void;
  countAdjustment(direction: "lowered" | "raised"): void;
  /** Part of the limit that is used up, 0 to 1. */
  noteUsage(part: number, nowMs: number): void;
  /** Writes the gauge; before a scrape. */
  showUsage(nowMs: number): void;
  /** Takes a caller's series out; says how many there were. */
  removeCaller(caller: string): number;
  /** Callers with series of their own here. */
  readonly callers: ReadonlySet<string>;
}

/** Opens the series of a policy; none is exported before it has a value. */
export function openPolicySeries(
  families: Families,
  labels: { readonly policy: string; readonly scope: string },
): PolicySeries {
  const decided = new Map<EngineMode, { readonly allowed: Cell; readonly denied: Cell }>();
  const callers = new Set<string>();
  let usage: { readonly window: UsageWindow; readonly gauge: Cell } | undefined;
  return {
    callers,
    countDecision(decision, mode) {
      let cells = decided.get(mode);
      if (cells === undefined) {
        const cell = (one: string): Cell => families.policyRequests.cell({ ...labels, decision: one, mode });
        cells = { allowed: cell("allowed"), denied: cell("denied") };
        decided.set(mode, cells);
      }
      cells[decision].add(1);
    },
    countRejected: () => families.rejected.cell({ ...labels, reason: "policy" }).add(1),
    countViolation(caller, mode) {
      callers.add(caller);
      families.violations.cell({ ...labels, caller, mode }).add(1);
    },
    countAdjustment: (direction) => families.reputation.cell({ ...labels, direction }).add(1),
    noteUsage(part, nowMs) {
      usage ??= { window: new UsageWindow(), gauge: families.usage.cell({ ...labels }) };
      usage.window.note(part, nowMs);
    },
    showUsage: (nowMs) => usage?.gauge.set(usage.window.high(nowMs)),
    removeCaller(caller) {
      if (!callers.delete(caller)) return 0;
      for (const mode of ["enforce", "shadow"]) families.violations.remove({ ...labels, caller, mode });
      return 1;
    },
  };
}
