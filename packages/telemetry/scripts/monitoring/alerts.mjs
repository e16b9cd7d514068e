// The alerts: what is wrong, when, and what to do about it. The rules and docs/alerts.md are written from this.

import { grown } from "./promql.mjs";

const requests = "sluice_api_requests_total";
const decisions = "sluice_rate_limit_requests_total";
const retries = "sluice_retry_attempts_total";
const account = "{{ $labels.provider }}, account {{ $labels.account }}";
const percent = "{{ $value | humanizePercentage }}";

/** A part of a whole, by labels, over five minutes. */
function share(by, part, whole) {
  return `sum by (${by}) (rate(${part}[5m]))\n/\nsum by (${by}) (rate(${whole}[5m]))`;
}

/** Groups of alerts, in the order in which they are shown. */
export const alertGroups = [
  {
    name: "sluice-providers",
    title: "Providers",
    alerts: [
      {
        name: "SluiceThrottledByProvider",
        severity: "warning",
        for: "0m",
        // Some providers refuse by another status, which only the rule of the vendor's package can tell: the retry hook asks it.
        expr: [
          `sum by (provider, account) (\n  ${grown(`${requests}{outcome="throttled"}`, "10m")}\n) > 0`,
          `sum by (provider, account) (\n  ${grown(`${retries}{reason="throttled",outcome=~"repeated|exhausted"}`, "10m")}\n) > 0`,
        ].join("\nor\n"),
        summary: `429s from ${account}`,
        description:
          'Attempts refused for the rate in the last 10 minutes, by 429 or as this provider does it: {{ $value | printf "%.0f" }}. They cost quota and time, and got nothing.',
        means:
          "The provider counts more than the fleet does: somebody else uses the same account, a limit is lower than was thought, or processes do not share one store.",
        look: "Dashboard Provider: which operations and accounts. `sluice doctor` counts the processes that share this Redis: is one missing? Dashboard Overview shows whether the store was away at the time.",
        act: "Find who else uses the account, lower the limit in the client's `quota`, or give the stranger an account of its own. Retries are made after the `Retry-After` of the answer; nothing is lost as long as SluiceRetriesExhausted is quiet.",
      },
      {
        name: "SluiceBreakerOpened",
        severity: "critical",
        for: "0m",
        expr: "max by (breaker) ((sluice_circuit_breaker_state > 0) < 3)",
        summary: "Circuit breaker {{ $labels.breaker }} has opened",
        description:
          "Calls behind {{ $labels.breaker }} fail at once until a probe succeeds: what it guards has failed lately.",
        means:
          "Calls failed so often, or so many in a row, that the breaker stopped them for the whole fleet, or somebody holds it open by `sluice breaker open`. Half-open counts as opened: a probe is under way, and nobody knows yet.",
        look: "Dashboard Provider: the failures before it opened, and their outcome. The status page of the provider.",
        act: "Usually nothing: it closes by itself when probes succeed. `sluice breaker list` shows the reason. Hold it closed by hand only when what it guards is known to work.",
      },
      {
        name: "SluiceBreakerIsolated",
        severity: "warning",
        for: "1h",
        expr: "max by (breaker) (sluice_circuit_breaker_state == 3)",
        summary: "Circuit breaker {{ $labels.breaker }} is held open by hand",
        description: "For an hour {{ $labels.breaker }} has let nothing through, because somebody said so.",
        means:
          'Code has called `force("isolated")`. A breaker that was isolated stays so until its end or until somebody lets go of it.',
        look: "The logs of the service: who did it, until when, and why. `sluice breaker list` shows the state; the audit knows switches alone.",
        act: "When the reason is gone, `reset()` in the code that isolated it; `sluice breaker reset` lets go of switches only.",
      },
      {
        name: "SluiceRetriesExhausted",
        severity: "warning",
        for: "5m",
        expr: [
          "sum by (provider, account) (",
          `  ${grown(`${retries}{outcome="exhausted"}`, "10m")}`,
          ")\n/\nsum by (provider, account) (",
          `  ${grown(`${retries}{outcome!="repeated"}`, "10m")}`,
          ") > 0.05",
        ].join("\n"),
        summary: `Retries are not enough for ${account}`,
        description: `Of the calls that were repeated, or should have been, ${percent} failed for want of time, retries or budget.`,
        means: "A trouble that lasts longer than calls may take. Callers see errors.",
        look: "Dashboard Provider, row Refusals and retries: by reason. `throttled` points to the quota, `server_error` and `network_error` to the provider.",
        act: "For throttling see SluiceThrottledByProvider. For failures wait for the provider, or raise `timeoutMs` and `retry` of callers that can wait.",
      },
    ],
  },
  {
    name: "sluice-limits",
    title: "Limits and policies",
    alerts: [
      {
        name: "SluiceCallsRefused",
        severity: "warning",
        for: "5m",
        expr: `${share("provider, account", `${requests}{outcome="limit_exceeded"}`, requests)} > 0.2`,
        summary: `Our own limits refuse many calls to ${account}`,
        description: `${percent} of the attempts were refused before they were sent, since their tokens would have come too late.`,
        means: "More is asked of the account than its quota gives, for longer than calls can wait.",
        look: "Dashboard Provider: which operations use the tokens, and on whose behalf.",
        act: "Let work that can wait ask less often or with a lower priority and a longer `timeoutMs`; ask the provider for a larger quota; spread the work over accounts.",
      },
      {
        name: "SluicePolicyRejects",
        severity: "warning",
        for: "5m",
        expr: `${share("policy", `${decisions}{mode="enforce",decision="denied"}`, `${decisions}{mode="enforce"}`)} > 0.2`,
        summary: "Policy {{ $labels.policy }} denies many requests",
        description: `${percent} of what policy {{ $labels.policy }} was asked in the last five minutes it denied.`,
        means: "Somebody asks far too much, or the policy is too narrow for what is usual.",
        look: "Dashboard Security: one caller or many. `sluice limits show` prints the policy as it is stored.",
        act: "One caller: see SluiceMassViolations. Many: widen the policy, or put it into `shadow` while you find out; a temporary grant helps whoever cannot wait.",
      },
      {
        name: "SluiceMassViolations",
        severity: "critical",
        for: "0m",
        expr: `sum by (caller) (\n  ${grown('sluice_rate_limit_violations_total{mode="enforce",caller!~"|other"}', "5m")}\n) > 100`,
        summary: "Mass violations by {{ $labels.caller }}",
        description:
          'Enforced policies refused {{ $labels.caller }} {{ $value | printf "%.0f" }} times in the last five minutes.',
        means:
          "One source ignores its refusals: an attack, guessing of passwords, scraping, or a client in an endless loop.",
        look: "Dashboard Security: which policies and since when. `sluice audit tail` when decisions are audited; the logs' `violation` lines by the same caller.",
        act: "The policies hold; reputation lowers the rate by itself. Block the source further out when it costs too much even so; talk to its owner when it is one of yours.",
      },
      {
        name: "SluiceConcurrencyNearLimit",
        severity: "warning",
        for: "5m",
        expr: [
          "sum by (provider, account) (sluice_concurrent_jobs_active)\n/",
          "max by (provider, account) (sluice_concurrent_jobs_limit) >= 0.9",
        ].join("\n"),
        summary: `Nearly all places are taken for ${account}`,
        description: `${percent} of the places that concurrency limits have are held.`,
        means: "What comes next waits for a place, and fails when none comes free in its time.",
        look: "Dashboard Limiter and store, row Places: whether attempts found none. Durations on dashboard Provider: slow answers hold places for longer.",
        act: "Find what is slow; raise the limit where the provider allows more.",
      },
      {
        name: "SluiceOverrideEndsSoon",
        severity: "info",
        for: "0m",
        expr: "min by (kind) (sluice_override_next_end_timestamp_seconds) - time() < 900",
        summary: "An override of the kind {{ $labels.kind }} is about to end",
        description: "It ends in {{ $value | humanizeDuration }}; from then on the ordinary limits hold.",
        means: "Whoever relies on the exception meets the limit again.",
        look: "`sluice overrides list`: whose it is, and why it was granted.",
        act: "Let it end, or grant it anew with `sluice overrides grant` when the reason still holds.",
      },
    ],
  },
  {
    name: "sluice-store",
    title: "The store",
    alerts: [
      {
        name: "SluiceStoreAway",
        severity: "critical",
        for: "1m",
        expr: 'sum by (provider, mode) (sluice_store_mode{mode=~"local|open|closed"}) > 0',
        summary: "Limits of {{ $labels.provider }} are without their store: {{ $labels.mode }}",
        description:
          "Clients that cannot ask Redis: {{ $value }}. local: each takes its own share. open: nothing is limited. closed: everything is refused.",
        means: "Redis is away, too slow, or refuses commands, for some processes or for all.",
        look: "Dashboard Limiter and store, row Store: how many clients, since when. `sluice doctor` from a machine that is affected.",
        act: "Bring Redis back; clients return by themselves within seconds. Under `open` expect 429s meanwhile.",
      },
      {
        name: "SluicePolicyCopyOld",
        severity: "warning",
        for: "1m",
        expr: "max by (job, instance) (sluice_policy_copy_age_seconds) > 60",
        summary: "{{ $labels.instance }} decides by old policies",
        description: "The store has not confirmed its copy for {{ $value | humanizeDuration }}.",
        means: "Changes of policies, overrides and emergencies do not reach this process.",
        look: "`sluice doctor`; dashboard Limiter and store: one process, or all.",
        act: "One process: its network, or restart it. All: Redis, see SluiceStoreAway.",
      },
      {
        name: "SluiceDecisionsSlow",
        severity: "warning",
        for: "5m",
        expr: [
          "histogram_quantile(",
          "  0.99,",
          "  sum by (le, algorithm) (rate(sluice_rate_limit_decision_seconds_bucket[5m]))",
          ") > 0.002",
        ].join("\n"),
        summary: "Decisions by {{ $labels.algorithm }} are slow",
        description: "Of 100 decisions one takes {{ $value | humanizeDuration }} or longer.",
        means: "Redis is slow or far away, or processes have no time: a busy event loop shows here too.",
        look: "Dashboard Limiter and store: one process or all, one algorithm or all. `redis-cli --latency`, `SLOWLOG GET`.",
        act: "Move Redis nearer, give it a processor of its own, or let hot paths draw tokens in advance with `lease`.",
      },
    ],
  },
];
