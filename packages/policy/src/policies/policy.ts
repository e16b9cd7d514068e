/** What a policy is about. In order of precedence: the first is the most specific. */
export const scopes = ["endpoint", "user", "role", "tenant", "ip", "apiKey", "global"] as const;

/** One of {@link scopes}. */
export type Scope = (typeof scopes)[number];

/** A scope that has values; `global` has none. */
export type ValueScope = Exclude<Scope, "global">;

/** Whose bucket a call takes from. `caller`: the user, else the API key, else the address. */
export type Subject = "user" | "tenant" | "ip" | "apiKey" | "role" | "endpoint" | "caller";

/** How tokens are counted. */
export type PolicyAlgorithm = "tokenBucket" | "leakyBucket" | "slidingWindow" | "fixedWindow" | "slidingWindowCounter";

/** `strict`: no burst. `fixed`: always the same. `adaptive`: only in good standing. */
export type BurstStrategy = "strict" | "fixed" | "adaptive";

/** What the side that answers does with a refusal. */
export type PolicyStrategy = "reject" | "queue" | "throttle" | "degrade";

/** `shadow`: decides and records, and never acts. */
export type PolicyMode = "enforce" | "shadow" | "disabled";

/** Who may do how much. As it is written in code, in a file or by an administrator: plain JSON. */
export interface Policy {
  /** Range: 1 to 64 of `A-Z a-z 0-9 . _ -`, the first a letter or digit. */
  readonly name: string;
  /** Up to 500 characters. */
  readonly description?: string;
  readonly scope: Scope;
  /**
   * To whom of the scope it applies: 1 to 1000 values, of 1 to 512 characters. Not for `global`.
   *
   * `endpoint`: `"POST /login"`, `"/api/*"`, `"GET /repos/:owner/**"`, `"DELETE *"`. `ip`: an address, or a network such as
   * `"10.0.0.0/8"`. Others: the very text, or its beginning with `*` behind it, as in `"svc-*"`.
   *
   * @defaultValue everybody who has the scope
   */
  readonly values?: string | readonly string[];
  /** Whom it spares all the same: values by scope, written as in `values`. @defaultValue nobody */
  readonly except?: PolicyExceptions;
  /**
   * Whose bucket. Several: one for each combination. `[]`: one for all. Where one of them is not known of a caller, the policy does not apply.
   *
   * @defaultValue that of the scope; `"caller"` for `endpoint` and `role`, `[]` for `global`
   */
  readonly per?: Subject | readonly Subject[];
  /** 1 to 6, each of another length. All hold. */
  readonly windows: readonly PolicyWindow[];
  /** @defaultValue `"tokenBucket"` */
  readonly algorithm?: PolicyAlgorithm;
  /** @defaultValue `"fixed"` */
  readonly burstStrategy?: BurstStrategy;
  /** @defaultValue `"reject"` */
  readonly strategy?: PolicyStrategy;
  /** @defaultValue `"enforce"` */
  readonly mode?: PolicyMode;
  /** Among the matching policies of one scope the highest decides. Range: -1e6 to 1e6. @defaultValue 0 */
  readonly priority?: number;
  /** @defaultValue true */
  readonly enabled?: boolean;
  /**
   * False: holds when it is the most specific of the matching policies. True: holds beside whichever that is.
   *
   * @defaultValue false
   */
  readonly together?: boolean;
  /** Tokens that a call takes. Range: whole numbers 1 to 1e6. @defaultValue 1 */
  readonly cost?: number;
  /**
   * Whether conduct changes the rate; `penalty` is what a violation counts as, 0 to 100, default 1.
   *
   * @defaultValue true where `per` names one caller: `user`, `tenant`, `ip`, `apiKey` or `caller`
   */
  readonly reputation?: boolean | PolicyReputation;
}

/** At most `limit` in a window on average, and `burst` more at once. Exactly one of `per` and `windowMs`. */
export interface PolicyWindow {
  /** Tokens. Range: whole numbers from 1; to 2e9 with the burst, to 100000 for `slidingWindow`. */
  readonly limit: number;
  readonly per?: "second" | "minute" | "hour" | "day";
  /** Unit: milliseconds. Range: whole numbers 1 to 31 days. */
  readonly windowMs?: number;
  /** Tokens. Range: whole numbers from 0. @defaultValue 0 */
  readonly burst?: number;
}

/** Values by scope, written as in `values`. */
export type PolicyExceptions = { readonly [scope in ValueScope]?: string | readonly string[] };

/** How a policy judges conduct. */
export interface PolicyReputation {
  /** What a violation counts as. Range: 0 to 100. @defaultValue 1 */
  readonly penalty?: number;
}

/** Who calls, and what. Take it from verified context only; whatever is not known is left out. */
export interface Identity {
  /** The route, such as `"GET /users/:id"`; of a plain path the query is cut off. */
  readonly endpoint?: string;
  readonly user?: string;
  readonly roles?: readonly string[];
  readonly tenant?: string;
  /** An address, or a network where many addresses count as one caller. */
  readonly ip?: string;
  readonly apiKey?: string;
}

/** A policy with everything filled in and checked; frozen. */
export interface NormalPolicy {
  readonly name: string;
  readonly description: string;
  readonly scope: Scope;
  /** Undefined for everybody. Networks are in canonical form, API keys are digests. */
  readonly values: readonly string[] | undefined;
  /** Undefined for nobody. */
  readonly except: NormalExceptions | undefined;
  readonly per: readonly Subject[];
  readonly windows: readonly NormalWindow[];
  readonly algorithm: PolicyAlgorithm;
  readonly burstStrategy: BurstStrategy;
  readonly strategy: PolicyStrategy;
  /** `disabled` also where `enabled` is false. */
  readonly mode: PolicyMode;
  readonly priority: number;
  readonly together: boolean;
  readonly cost: number;
  /** Undefined when conduct changes nothing. */
  readonly reputation: { readonly penalty: number } | undefined;
}

/** Values by scope, as lists. */
export type NormalExceptions = { readonly [scope in ValueScope]?: readonly string[] };

/** A window in milliseconds. */
export interface NormalWindow {
  readonly limit: number;
  readonly windowMs: number;
  readonly burst: number;
}
