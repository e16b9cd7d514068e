// Who meets limits, what conduct has cost them, and which exceptions hold.

import { now, violators } from "./security-now.mjs";
import * as parts from "./parts.mjs";

const { window, steps } = parts;
const decisions = "sluice_rate_limit_requests_total";
const adjustments = "sluice_reputation_adjustments_total";

export const security = {
  file: "security.json",
  uid: "sluice-security",
  title: "Sluice / Security",
  about: "Violations, reputation, overrides, and callers that meet limits.",
  variables: ["policy", "provider", "account", "instance"],
};

/** @param {(name: string, ...matchers: string[]) => string} series - see selectorsFor */
export function securityRows(series) {
  const rate = (...selector) => `rate(${series(...selector)}[${window}])`;
  return [
    { title: "Now", panels: now(series, rate) },
    { title: "Violations", panels: violators(series, rate) },
    { title: "Reputation", panels: reputation(rate) },
    { title: "Overrides", panels: overrides(series) },
    { title: "Policies", panels: policies(series, rate) },
    { title: "Outgoing calls", panels: outgoing(series, rate) },
  ];
}

function reputation(rate) {
  return [
    {
      kind: "timeseries",
      title: "Changes of rates",
      about: "Lowered by violations, raised again by time.",
      unit: "cps",
      noValue: "none",
      colors: { lowered: "red", raised: "green" },
      emptyWhenHealthy: "conduct changed nobody's rate.",
      queries: [[`sum by (direction) (${rate(adjustments)})`, "{{direction}}"]],
      size: [12, 8],
    },
    {
      kind: "timeseries",
      title: "Rates lowered by policy",
      about: "Where conduct is bad.",
      unit: "cps",
      noValue: "none",
      emptyWhenHealthy: "conduct lowered nobody's rate.",
      queries: [[`sum by (policy) (${rate(adjustments, 'direction="lowered"')})`, "{{policy}}"]],
      size: [12, 8],
    },
  ];
}

function overrides(series) {
  return [
    {
      kind: "timeseries",
      title: "Overrides that hold",
      about: "By kind: the allow-list, emergencies, temporary grants.",
      unit: "short",
      stack: true,
      colors: { allow: "blue", emergency: "red", grant: "yellow" },
      queries: [[`max by (kind) (${series("sluice_overrides_active")})`, "{{kind}}"]],
      size: [12, 8],
    },
    {
      kind: "bargauge",
      title: "Until the next one ends",
      about: "The alert SluiceOverrideEndsSoon fires 15 minutes before.",
      unit: "s",
      min: 0,
      noValue: "none",
      thresholds: steps("red", [900, "yellow"], [3600, "green"]),
      emptyWhenHealthy: "no override holds.",
      queries: [
        [`clamp_min(min by (kind) (${series("sluice_override_next_end_timestamp_seconds")}) - time(), 0)`, "{{kind}}"],
      ],
      size: [12, 8],
    },
  ];
}

function policies(series, rate) {
  return [
    {
      kind: "timeseries",
      title: "Policies in use",
      about: "By mode: what is in shadow refuses nobody; what is disabled is not in use.",
      unit: "short",
      colors: { enforce: "green", shadow: "yellow" },
      queries: [[`sum by (mode) (max by (scope, mode) (${series("sluice_rate_limit_active_limits")}))`, "{{mode}}"]],
      size: [8, 8],
    },
    {
      kind: "timeseries",
      title: "Decisions by mode",
      about: "Decisions in shadow or disabled where there should be none: an emergency holds, or somebody left it so.",
      unit: "reqps",
      stack: true,
      colors: { enforce: "green", shadow: "yellow", disabled: "red" },
      queries: [[`sum by (mode) (${rate(decisions)})`, "{{mode}}"]],
      size: [8, 8],
    },
    {
      kind: "timeseries",
      title: "Fullest buckets",
      about: "The ten policies of which somebody has used up the most.",
      unit: "percentunit",
      min: 0,
      max: 1,
      queries: [
        [`topk(10, max by (policy) (${series("sluice_rate_limit_current_usage", 'policy!=""')}))`, "{{policy}}"],
      ],
      size: [8, 8],
    },
  ];
}

function outgoing(series, rate) {
  const requests = "sluice_api_requests_total";
  return [
    {
      kind: "timeseries",
      title: "Refused by limits, by caller",
      about: "The ten callers whose attempts our own limits refused most.",
      unit: "reqps",
      noValue: "none",
      emptyWhenHealthy: "no attempt was refused.",
      queries: [
        [
          `topk(10, sum by (caller, provider) (${rate(requests, 'outcome="limit_exceeded"')}))`,
          "{{caller}} {{provider}}",
        ],
      ],
      size: [12, 8],
    },
    {
      kind: "timeseries",
      title: "429s by caller",
      about: "The ten callers whose attempts providers refused most.",
      unit: "reqps",
      noValue: "none",
      emptyWhenHealthy: "no provider answered 429.",
      queries: [
        [`topk(10, sum by (caller, provider) (${rate(requests, 'outcome="throttled"')}))`, "{{caller}} {{provider}}"],
      ],
      size: [12, 8],
    },
  ];
}
