import { createLimiter, type Limiter, type Mode, type StandingRules } from "@sluice/limiter";
import { createDecisionAudit } from "../audit/decision-audit.js";
import { createAuditTrail } from "../audit/audit-trail.js";
import { createControl } from "../control/create-control.js";
import { createEmergency, emergencyRecord } from "../emergency/create-emergency.js";
import { emergencyAt } from "../emergency/emergency.js";
import { MetricsBook } from "../metrics/metrics.js";
import { createOverrides } from "../overrides/create-overrides.js";
import { createReputations, generationRecord } from "../reputation/create-reputations.js";
import { modeIn, modeRecord, setMode } from "./mode.js";
import { createBreakerSwitches } from "./breaker-switches.js";
import { createDecider } from "./decide.js";
import type { DecisionEvent } from "./decision.js";
import type { PolicyEngine } from "./engine.js";
import { scopeOf } from "./judge.js";
import { type PolicyEngineOptions, resolveEngine } from "./options.js";
import { createPolicies } from "./policies.js";

/**
 * Makes a policy engine. Returns at once; what is shared is read on first use.
 *
 * @throws ConfigError naming the option, or the field of a policy, that is out of range.
 */
export function createPolicyEngine(options: PolicyEngineOptions = {}): PolicyEngine {
  const config = resolveEngine(options);
  const { name, store, clock, author } = config;
  const scope = scopeOf(name);
  const control = createControl({
    store: config.control,
    space: `policy:${name}`,
    pollMs: config.pollMs,
    clock,
    author,
    // Whoever brings policies of his own can begin without the store; who has none there must not take that for "no limit".
    ...(config.policies.length === 0 ? {} : { embedded: {} }),
  });
  const limiter: Limiter = createLimiter({
    store,
    provider: "policy",
    account: name,
    clock,
    // Whoever gets no answer at once asks the store, so nobody waits for a lease.
    lease: config.lease === undefined ? false : { returningOnly: true, ...config.lease },
  });
  const book = new MetricsBook();

  const modeNow = (): Mode => {
    const emergency = emergencyAt(control.record(emergencyRecord), control.nowMs());
    if (emergency !== undefined) return emergency.kind === "disable" ? "disabled" : "shadow";
    return modeIn(control.record(modeRecord)) ?? config.mode;
  };
  let rules: StandingRules | undefined;
  const rulesNow = (): StandingRules | undefined => {
    if (config.reputation === undefined) return undefined;
    const generation = control.record(generationRecord) ?? "0";
    if (rules?.generation !== generation) rules = { ...config.reputation, generation };
    return rules;
  };

  const policies = createPolicies({
    control,
    author,
    own: config.policies,
    written: config.written,
    cacheMs: config.cacheMs,
    clock,
  });
  const overrides = createOverrides(control, { ...config.ceiling, policies: policies.inUse });
  const reputation = createReputations({ control, author, store, scope, rules: rulesNow });
  const refusals =
    config.auditDecisions === undefined
      ? undefined
      : createDecisionAudit(control, config.auditDecisions, { author, clock });
  const { onDecision } = config;
  const decided =
    refusals === undefined
      ? onDecision
      : (event: DecisionEvent): void => {
          refusals.noted(event);
          onDecision?.(event);
        };
  const decider = createDecider({
    store,
    scope,
    limiter,
    clock,
    book,
    leased: config.lease !== undefined,
    advanceMs: config.advanceMs,
    mode: modeNow,
    rules: rulesNow,
    resolve: policies.resolve,
    overrides,
    onDecision: decided,
  });

  const engine: PolicyEngine = {
    name,
    ready: control.ready,
    async check(identity, how) {
      if (!control.isReady) await control.ready();
      return decider.check(identity, how);
    },
    checkSync: (identity, how) => (control.isReady ? decider.checkSync(identity, how) : undefined),
    async acquire(identity, how) {
      if (!control.isReady) await control.ready();
      return decider.acquire(identity, how);
    },
    async peek(identity, how) {
      if (!control.isReady) await control.ready();
      return decider.peek(identity, how);
    },
    policies,
    overrides,
    reputation,
    emergency: createEmergency(control),
    breakers: createBreakerSwitches(control),
    audit: createAuditTrail(control, { clock }),
    metrics: (policy) => book.read(policy),
    resetMetrics: (policy) => book.reset(policy),
    get mode() {
      return modeNow();
    },
    setMode: (mode, why) => setMode(control, mode, why),
    get copyAgeMs() {
      return control.ageMs;
    },
    onChange: control.onChange,
    async close() {
      await limiter.close();
      await refusals?.close();
      await control.close();
      await config.close();
    },
    [Symbol.asyncDispose]: () => engine.close(),
  };
  return engine;
}
