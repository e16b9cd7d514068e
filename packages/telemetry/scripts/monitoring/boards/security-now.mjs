// The first rows of the security dashboard: who meets limits.

import { grown } from "../promql.mjs";
import * as parts from "./parts.mjs";

const { shown, steps } = parts;
const decisions = "sluice_rate_limit_requests_total";
const violations = "sluice_rate_limit_violations_total";
const adjustments = "sluice_reputation_adjustments_total";
const enforced = 'mode="enforce"';

export function now(series, rate) {
  return [
    {
      kind: "stat",
      title: "Violations",
      about: "Refusals by enforced policies in the time shown.",
      unit: "short",
      instant: true,
      queries: [[`sum(${grown(series(violations, enforced), shown)}) or vector(0)`, "violations"]],
      size: [4, 4],
    },
    {
      kind: "stat",
      title: "Who violates",
      about: "Callers that an enforced policy has refused lately; those that are not told apart count as one.",
      unit: "short",
      queries: [[`count(sum by (caller) (${rate(violations, enforced)}) > 0) or vector(0)`, "callers"]],
      size: [4, 4],
    },
    {
      kind: "stat",
      title: "Denied",
      about: "Part of the decisions of enforced policies that were no.",
      unit: "percentunit",
      decimals: 1,
      thresholds: steps("green", [0.05, "yellow"], [0.2, "red"]),
      queries: [
        [
          `(sum(${rate(decisions, enforced, 'decision="denied"')}) or vector(0)) / sum(${rate(decisions, enforced)})`,
          "denied",
        ],
      ],
      size: [4, 4],
    },
    {
      kind: "stat",
      title: "Worst source",
      about: "Violations of one caller in five minutes; the alert SluiceMassViolations fires above 100.",
      unit: "short",
      instant: true,
      thresholds: steps("green", [50, "yellow"], [100, "red"]),
      queries: [
        [
          `max(sum by (caller) (${grown(series(violations, enforced, 'caller!~"|other"'), "5m")})) or vector(0)`,
          "violations",
        ],
      ],
      size: [4, 4],
    },
    {
      kind: "stat",
      title: "Rates lowered",
      about: "Rates that bad conduct lowered in the time shown.",
      unit: "short",
      instant: true,
      queries: [[`sum(${grown(series(adjustments, 'direction="lowered"'), shown)}) or vector(0)`, "lowered"]],
      size: [4, 4],
    },
    {
      kind: "stat",
      title: "Overrides",
      about: "Exceptions that hold at present.",
      unit: "short",
      thresholds: steps("green", [1, "yellow"]),
      queries: [[`sum(max by (kind) (${series("sluice_overrides_active")})) or vector(0)`, "overrides"]],
      size: [4, 4],
    },
  ];
}

export function violators(series, rate) {
  return [
    {
      kind: "timeseries",
      title: "Violations by policy",
      about: "Refusals by enforced policies.",
      unit: "cps",
      stack: true,
      noValue: "none",
      emptyWhenHealthy: "nobody met an enforced limit.",
      queries: [[`sum by (policy) (${rate(violations, enforced)})`, "{{policy}}"]],
      size: [12, 8],
    },
    {
      kind: "timeseries",
      title: "Violations by caller",
      about: "The ten worst; no name stands for nobody known, `other` for callers that are not told apart.",
      unit: "cps",
      noValue: "none",
      emptyWhenHealthy: "nobody met an enforced limit.",
      queries: [[`topk(10, sum by (caller) (${rate(violations, enforced)}))`, "{{caller}}"]],
      size: [12, 8],
    },
    {
      kind: "table",
      title: "Who violated what",
      about: "The twenty worst of the time shown.",
      unit: "short",
      value: "Violations",
      noValue: "none",
      emptyWhenHealthy: "nobody met a limit.",
      queries: [[`topk(20, sum by (caller, policy, scope, mode) (${grown(series(violations), shown)}))`, ""]],
      size: [12, 9],
    },
    {
      kind: "timeseries",
      title: "Would have been refused",
      about: "By policies in shadow: what enforcing them would do.",
      unit: "cps",
      noValue: "none",
      emptyWhenHealthy: "no policy in shadow would have refused anybody.",
      queries: [[`sum by (policy) (${rate(violations, 'mode="shadow"')})`, "{{policy}}"]],
      size: [12, 9],
    },
  ];
}
