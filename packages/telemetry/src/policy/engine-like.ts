// Shapes that the engine of @sluice/policy has, and whatever else decides likewise: this package imports no machinery.

/** A decision that was made. */
export interface DecisionLike {
  readonly allowed: boolean;
  /** The policy that refused, else the one with the fewest tokens left; undefined when none applied. */
  readonly policy: string | undefined;
  readonly scope: string | undefined;
  /** What held for the engine as a whole. */
  readonly mode: string;
  /** `Infinity` when no policy applied. */
  readonly limit: number;
  readonly remaining: number;
  /** Unit: milliseconds. */
  readonly retryAfterMs: number;
  /** All policies that were asked. */
  readonly policies: readonly string[];
  /** Those in shadow that would have refused. */
  readonly shadowed: readonly string[];
  readonly reputation?: ReputationLike | undefined;
}

/** What somebody's conduct is worth. */
export interface ReputationLike {
  readonly violations: number;
  /** What rates were multiplied by, the bonus included. */
  readonly rate: number;
  readonly bonus: number;
  readonly score: number;
}

/** Who asked. */
export interface IdentityLike {
  readonly endpoint?: string | undefined;
  readonly user?: string | undefined;
  readonly tenant?: string | undefined;
  readonly ip?: string | undefined;
  /** Only its digest is shown. */
  readonly apiKey?: string | undefined;
}

/** A decision with who it was about. */
export interface DecisionEventLike {
  readonly decision: DecisionLike;
  readonly identity: IdentityLike;
}

/** A policy in use. */
export interface PolicyLike {
  readonly name: string;
  readonly scope: string;
  readonly mode?: string | undefined;
  readonly enabled?: boolean | undefined;
  readonly algorithm?: string | undefined;
}

/** An exception that holds until its end. */
export interface OverrideLike {
  readonly kind: string;
  /** Unit: milliseconds since 1970. */
  readonly untilMs: number;
}

/** What is watched of an engine. */
export interface EngineLike {
  readonly mode: string;
  /** Age of the policies that are used. Unit: milliseconds. */
  readonly copyAgeMs: number;
  readonly policies: { list(): Promise<readonly PolicyLike[]> };
  readonly overrides: { list(): Promise<readonly OverrideLike[]> };
  onChange(listener: () => void): () => void;
}

/** What is timed of an engine. Any arguments: they are handed on. */
export interface DecidesLike {
  check(identity: never, options?: never): Promise<DecisionLike>;
  checkSync?(identity: never, options?: never): DecisionLike | undefined;
}
