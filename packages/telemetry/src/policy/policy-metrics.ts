import { anObject, type Clock, systemClock } from "@sluice/core";
import { register } from "prom-client";
import type { MetricsRegistry } from "../families/registry.js";
import { boardOf } from "../labels/board-of.js";
import { labelText, other } from "../labels/label-text.js";
import { callerOfIdentity } from "./caller-of-identity.js";
import { algorithms, engineModes, listed } from "./closed-lists.js";
import { createConduct } from "./conduct.js";
import type { DecidesLike, DecisionEventLike, DecisionLike, EngineLike, IdentityLike } from "./engine-like.js";
import { policyBoardOf } from "./policy-board.js";
import { timed } from "./timed.js";
import { watchListOf } from "./watched.js";

/** What metrics of policies are made for. */
export interface PolicyMetricsOptions {
  /** Where the metrics are registered. @defaultValue prom-client's global `register` */
  readonly registry?: MetricsRegistry;
  /**
   * The `caller` label of an identity, for who must not show names and addresses in metrics: return a team, a hash, or an empty text.
   *
   * @defaultValue the user, else the api key's digest, else the address; after tenant and slash where there is a tenant
   */
  readonly callerLabel?: (identity: IdentityLike) => string;
  readonly clock?: Clock;
}

/** Prometheus metrics of policy engines. */
export interface PolicyMetricsObserver {
  /** Fits an engine's `onDecision`. Throws nothing, unless `callerLabel` does, of which an engine makes a process warning: no request fails. */
  readonly onDecision: (event: DecisionEventLike) => void;
  /** Exports what the engine has: active policies, overrides, the age of its copy. Returns the way to stop. */
  watch(engine: EngineLike): () => void;
  /** The same engine, whose `check` and `checkSync` are timed by algorithm. The algorithms are known once it is watched. */
  measure<Engine extends DecidesLike>(engine: Engine): Engine;
}

/**
 * Makes the metrics; observers of one registry share them, and the caps of their labels.
 *
 * @throws ConfigError for a `registry` that is none.
 */
export function createPolicyMetrics(options: PolicyMetricsOptions = {}): PolicyMetricsObserver {
  anObject("options", options);
  const clock = options.clock ?? systemClock;
  const board = boardOf(options.registry ?? register, clock);
  const policies = policyBoardOf(board, clock);
  const watched = watchListOf(board.families, clock);
  const textOf = options.callerLabel ?? callerOfIdentity;
  const conduct = createConduct();

  const violated = (
    name: string,
    scope: string | undefined,
    identity: IdentityLike,
    mode: "enforce" | "shadow",
  ): void => {
    const series = policies.policy(name, scope);
    series.countViolation(policies.caller(series, labelText(textOf(identity))), mode);
  };

  const count = (decision: DecisionLike): void => {
    const whole = listed(engineModes, decision.mode, "enforce");
    const { policy, shadowed } = decision;
    if (decision.policies.length === 0) policies.policy(undefined, undefined).countDecision("allowed", whole);
    for (const name of decision.policies) {
      const known = name === policy ? undefined : watched.find(name);
      const scope = name === policy ? decision.scope : known?.scope;
      const looksOn = name !== policy && (whole === "shadow" || known?.mode === "shadow" || shadowed.includes(name));
      // Those beside the one that refused were not asked to the end.
      if (!decision.allowed && name !== policy && !looksOn) continue;
      const denied = looksOn ? shadowed.includes(name) : !decision.allowed;
      policies.policy(name, scope).countDecision(denied ? "denied" : "allowed", looksOn ? "shadow" : whole);
    }
  };

  return {
    onDecision({ decision, identity }) {
      count(decision);
      const { policy, scope, limit, remaining } = decision;
      for (const name of decision.shadowed) violated(name, watched.find(name)?.scope, identity, "shadow");
      if (policy === undefined) return;
      const series = policies.policy(policy, scope);
      if (limit > 0 && Number.isFinite(limit) && Number.isFinite(remaining))
        series.noteUsage(Math.min(1, Math.max(0, 1 - remaining / limit)), clock.now());
      const direction = conduct.changed(`${policy}\u0000${callerOfIdentity(identity)}`, decision.reputation);
      if (direction !== undefined) series.countAdjustment(direction);
      if (decision.allowed) return;
      series.countRejected();
      violated(policy, scope, identity, "enforce");
    },
    watch: (engine) => watched.add(engine),
    measure: (engine) =>
      timed(engine, clock, ({ policy }, tookMs) => {
        const algorithm = policy === undefined ? undefined : (watched.find(policy)?.algorithm ?? "tokenBucket");
        if (algorithm === undefined) return;
        board.families.decision.cell({ algorithm: listed(algorithms, algorithm, other) }).observe(tookMs / 1000);
      }),
  };
}
