import type { Breaker, Mode } from "@sluice/limiter";
import type { EmergencyOptions, EmergencyState } from "../emergency/emergency.js";
import type { PolicyMetrics } from "../metrics/metrics.js";
import type { Overrides } from "../overrides/overrides.js";
import type { Identity, Policy } from "../policies/policy.js";
import type { AuditTrail } from "../audit/audit-trail.js";
import type { AcquireOptions, CheckOptions, PolicyDecision, Reputation } from "./decision.js";

/** Decides who may do how much, by policies that may change while it runs. */
export interface PolicyEngine {
  /** Names the engine: those of one name and store share buckets, policies and everything else. */
  readonly name: string;
  /** Resolves when the shared policies have been read; `check` and `acquire` wait for it by themselves. */
  ready(): Promise<void>;
  /**
   * Now or no. A refusal is an answer, not an error.
   *
   * @throws ConfigError when the identity, a policy's name or the cost is none.
   * @throws StoreUnavailableError when the store is away and `onStoreError` is `closed`.
   */
  check(identity: Identity, options?: CheckOptions): Promise<PolicyDecision>;
  /**
   * `check` without a promise, from tokens drawn in advance or known policies alone; undefined when the store has to be asked. Needs
   * `lease`, or a store in memory.
   */
  checkSync(identity: Identity, options?: CheckOptions): PolicyDecision | undefined;
  /**
   * Waits until the policies let it through.
   *
   * @throws LimitExceededError at once, taking nothing, when the wait cannot end before the timeout.
   * @throws the signal's own reason when it aborts.
   */
  acquire(identity: Identity, options?: AcquireOptions): Promise<PolicyDecision>;
  /** What `check` would answer now; changes nothing. */
  peek(identity: Identity, options?: CheckOptions): Promise<PolicyDecision>;
  readonly policies: Policies;
  readonly overrides: Overrides;
  readonly reputation: Reputations;
  readonly emergency: Emergency;
  /** Switches of breakers, by name; a breaker under `govern` obeys them everywhere within a second. */
  readonly breakers: BreakerSwitches;
  readonly audit: AuditTrail;
  /** What was decided in this process, in all or by one policy. */
  metrics(policy?: string): PolicyMetrics;
  /** Forgets the figures of `metrics`, all or those of one policy. */
  resetMetrics(policy?: string): void;
  /** What holds for all policies now: the mode of `setMode`, unless an emergency says otherwise. */
  readonly mode: Mode;
  /** Changes the mode everywhere, and writes it to the audit. */
  setMode(mode: Mode, why: Why): Promise<void>;
  /** Age of the policies that are used. 0 while the store answers. Unit: milliseconds. */
  readonly copyAgeMs: number;
  /** Calls back after every change of policies, overrides, modes or switches. Returns the way to stop. */
  onChange(listener: () => void): () => void;
  /** Stops listening and gives back what was drawn in advance; a store that was handed in stays open. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Who changes something, and why. */
export interface Why {
  /** Range: 1 to 200 characters. */
  readonly author: string;
  /** Range: 3 to 500 characters. */
  readonly reason: string;
}

/** A policy, where it comes from, and whether it is used. */
export interface ListedPolicy extends Policy {
  /** `code`: of the option `policies`. `stored`: added while running, in every process. */
  readonly source: "code" | "stored";
}

/** The policies in use. */
export interface Policies {
  /** Adds, or replaces those of the same name; in every process within a second. @throws ConfigError naming the field. */
  add(policies: Policy | readonly Policy[], why?: Partial<Why>): Promise<void>;
  /** Takes a policy out; false when there is none of that name. */
  remove(name: string, why?: Partial<Why>): Promise<boolean>;
  /** Those in use, as they take precedence: by scope, then by priority, then by name. */
  list(): Promise<readonly ListedPolicy[]>;
  get(name: string): Promise<ListedPolicy | undefined>;
  /** Replaces all stored policies by those of a file. @throws ConfigError naming the field; nothing is changed then. */
  import(text: string, why?: Partial<Why>): Promise<void>;
  /** All policies as a file that `import` takes. */
  export(): Promise<string>;
}

/** Conduct of identities. */
export interface Reputations {
  /** @param whose - one identity, of which one part is named: `{ user: "alice" }`. */
  get(whose: Identity): Promise<Reputation>;
  /** Forgives one, or all when nobody is named. */
  reset(whose?: Identity, why?: Partial<Why>): Promise<void>;
}

/** One switch for all policies. */
export interface Emergency {
  /** No policy is asked any more, anywhere, until the end. */
  disable(options: EmergencyOptions): Promise<EmergencyState>;
  /** Policies are asked, and refuse nobody, until the end. */
  shadow(options: EmergencyOptions): Promise<EmergencyState>;
  /** Ends it early; false when there is none. */
  end(why: Why): Promise<boolean>;
  status(): Promise<EmergencyState | undefined>;
}

/** A breaker that somebody holds in a state. */
export interface ForcedBreaker {
  readonly name: string;
  readonly state: "open" | "closed";
  /** On the store's clock. Unit: milliseconds since 1970. */
  readonly untilMs: number;
  readonly reason: string;
  readonly author: string;
}

/** Breakers, by hand. */
export interface BreakerSwitches {
  /** Holds a breaker open or closed until the end. */
  force(name: string, state: "open" | "closed", options: EmergencyOptions): Promise<ForcedBreaker>;
  /** Lets it decide by itself again; false when it was not held. */
  release(name: string, why: Why): Promise<boolean>;
  list(): Promise<readonly ForcedBreaker[]>;
  /** How this one is held at present, from this process's copy. */
  forced(name: string): ForcedBreaker | undefined;
  /** Has a breaker obey the switch of its name, now and whenever it is thrown. Returns the way to stop. */
  govern(breaker: Breaker): () => void;
}
