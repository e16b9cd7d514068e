import { anObject, between, type Clock, ConfigError, nonEmpty, oneOf, systemClock } from "@sluice/core";
import {
  type ControlStore,
  type LeaseOptions,
  memoryControlStore,
  memoryStore,
  type Mode,
  type StandingRules,
  type Store,
} from "@sluice/limiter";
import {
  isRedisClient,
  type OnStoreError,
  type RedisClient,
  type RedisConnectionOptions,
  redisControlStore,
  redisStore,
} from "@sluice/limiter-redis";
import type { DecisionAuditOptions } from "../audit/decision-audit.js";
import type { OverrideCeiling } from "../overrides/override.js";
import { checkPolicies } from "../policies/check-policies.js";
import { defaultPolicies } from "../policies/default-policies.js";
import type { NormalPolicy, Policy } from "../policies/policy.js";
import type { DecisionEvent } from "./decision.js";
import { type ReputationOptions, resolveReputation } from "../reputation/rules.js";

/** What an engine is made of. */
export interface PolicyEngineOptions {
  /** Engines of one name and store share everything. Range: 1 to 64 characters. @defaultValue `"default"` */
  readonly name?: string;
  /** A URL, settings, or a client of ioredis that you own. @defaultValue none: policies and buckets are those of this process */
  readonly redis?: string | RedisClient | RedisConnectionOptions;
  /** Where buckets live, in place of `redis`. You close it. */
  readonly store?: Store;
  /** Where policies, overrides, switches and the audit live, beside `store`. You close it. @defaultValue in this process's memory */
  readonly control?: ControlStore;
  /** The policies of the code; stored ones of the same name take their place. @defaultValue `defaultPolicies` */
  readonly policies?: readonly Policy[];
  /** How conduct changes rates; `false` for not at all. */
  readonly reputation?: ReputationOptions | false;
  /** How far overrides may go. */
  readonly overrides?: OverrideCeiling;
  /** What holds until `setMode` says otherwise. @defaultValue `"enforce"` */
  readonly mode?: Mode;
  /** While the store is away: this process's share (`local`), everything (`open`), nothing (`closed`). @defaultValue `"local"` */
  readonly onStoreError?: OnStoreError;
  /**
   * Draws tokens of token buckets in advance for callers who come again, so that most decisions are made here at once. A refusal is repeated
   * here until its tokens may be there, for half a second at most. Conduct then changes no rates.
   *
   * @defaultValue `false`
   */
  readonly lease?: boolean | LeaseOptions;
  /**
   * With a decision about somebody who comes again and again, tokens of a wide token bucket are taken along, so that the next ones are made here at
   * once: what refills in this time, or a 32nd of what is there above the half, shared by all processes; only while at least half is there,
   * and where this time brings at least 16 requests. The limit holds exactly; others see less left by what is held here. 0 asks the store about each.
   * Unit: milliseconds. Range: 0 to 1000.
   *
   * @defaultValue 50
   */
  readonly advanceMs?: number;
  /** How long what applies to an identity is remembered. Unit: milliseconds. Range: 0 to an hour. @defaultValue 60000 */
  readonly cacheMs?: number;
  /** Between two looks for changes that were announced and not heard. Unit: milliseconds. Range: 50 to 60000. @defaultValue 500 */
  readonly pollMs?: number;
  /** Named as author of changes whose caller names none. @defaultValue `"code"` */
  readonly author?: string;
  /** Writes refusals to the audit, several in one entry. @defaultValue not at all: only changes are written */
  readonly auditDecisions?: DecisionAuditOptions;
  /**
   * Told of every decision of `check`, and of how each `acquire` ended: granted, or refused. Not of `peek`, a cost of 0, an abort, nor of what is
   * asked while policies are disabled. What it throws is a process warning. Keep it short: it is on the way.
   */
  readonly onDecision?: (event: DecisionEvent) => void;
  readonly clock?: Clock;
}

/** Complete and checked. */
export interface PolicyEngineConfig {
  readonly name: string;
  readonly store: Store;
  readonly control: ControlStore;
  readonly close: () => Promise<void>;
  readonly policies: readonly NormalPolicy[];
  /** The same, as they were written. */
  readonly written: readonly Policy[];
  readonly reputation: Omit<StandingRules, "generation"> | undefined;
  readonly ceiling: OverrideCeiling;
  readonly mode: Mode;
  readonly lease: LeaseOptions | undefined;
  readonly advanceMs: number;
  readonly cacheMs: number;
  readonly pollMs: number;
  readonly author: string;
  readonly auditDecisions: DecisionAuditOptions | undefined;
  readonly onDecision: ((event: DecisionEvent) => void) | undefined;
  readonly clock: Clock;
}

/** @throws ConfigError naming the option that is out of range. */
export function resolveEngine(options: PolicyEngineOptions): PolicyEngineConfig {
  anObject("options", options);
  if (options.store !== undefined && options.redis !== undefined)
    throw new ConfigError({ option: "store", accepted: "either `redis` or `store`", value: "both" });
  const clock = options.clock ?? systemClock;
  const checked = {
    name: nonEmpty("name", options.name ?? "default", 64),
    policies: checkPolicies(options.policies ?? defaultPolicies),
    written: options.policies ?? defaultPolicies,
    reputation: options.reputation === false ? undefined : resolveReputation(options.reputation ?? {}),
    ceiling: options.overrides ?? {},
    mode: oneOf("mode", options.mode ?? "enforce", ["enforce", "shadow", "disabled"]),
    lease: options.lease === true ? {} : options.lease === false ? undefined : options.lease,
    advanceMs: between("advanceMs", options.advanceMs ?? 50, 0, 1000),
    cacheMs: between("cacheMs", options.cacheMs ?? 60_000, 0, 3_600_000),
    pollMs: between("pollMs", options.pollMs ?? 500, 50, 60_000),
    auditDecisions: options.auditDecisions,
    onDecision: options.onDecision,
    author: nonEmpty("author", options.author ?? "code", 200),
    clock,
  };
  return { ...checked, ...placesOf(options, clock) };
}

function placesOf(
  { redis, store, control, onStoreError }: PolicyEngineOptions,
  clock: Clock,
): Pick<PolicyEngineConfig, "store" | "control" | "close"> {
  if (redis === undefined) {
    const own = { store: store ?? memoryStore({ clock }), control: control ?? memoryControlStore({ clock }) };
    const close = async (): Promise<void> => {
      await Promise.all([
        store === undefined ? own.store.close() : undefined,
        control === undefined ? own.control.close() : undefined,
      ]);
    };
    return { ...own, close };
  }
  const where = typeof redis === "string" ? { url: redis } : isRedisClient(redis) ? { client: redis } : redis;
  const buckets = redisStore(onStoreError === undefined ? where : { ...where, onStoreError });
  const shared = control ?? redisControlStore(where);
  const close = async (): Promise<void> => {
    await Promise.all([buckets.close(), control === undefined ? shared.close() : undefined]);
  };
  return { store: buckets, control: shared, close };
}
