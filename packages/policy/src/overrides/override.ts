import type { NormalWindow, PolicyWindow } from "../policies/policy.js";

/** `allow`: on the allow-list, no limit. `emergency`: no limit either, before all others. `grant`: another limit. */
export type OverrideKind = "allow" | "emergency" | "grant";

/** Whom an override is for. Exactly one of the fields. In order of precedence: the first is the most specific. */
export interface OverrideSubject {
  /** A route or a pattern of routes, as in a policy's `values`. */
  readonly endpoint?: string;
  readonly user?: string;
  readonly role?: string;
  readonly tenant?: string;
  /** An address or a network; the longest one that fits goes first. */
  readonly ip?: string;
  /** The key or its digest; only the digest leaves the process. */
  readonly apiKey?: string;
  /** Everybody, under the policy of this name; `"*"` under all of them. */
  readonly policy?: string;
}

/** What is asked for. */
export interface OverrideDraft {
  readonly subject: OverrideSubject;
  readonly kind: OverrideKind;
  /** Names of the policies that it changes, 1 to 100. @defaultValue all */
  readonly policies?: readonly string[];
  /** In place of the policy's windows. For `grant`, exactly one of `windows`, `multiply` and `unlimited`. */
  readonly windows?: readonly PolicyWindow[];
  /** Times the policy's limits. Range: 0.001 to `maxLimitFactor`. */
  readonly multiply?: number;
  readonly unlimited?: true;
  /** When it ends, on the store's clock. A number is milliseconds since the Unix epoch. */
  readonly until: Date | number;
  /** Range: 3 to 500 characters. */
  readonly reason: string;
  /** Range: 1 to 200 characters. */
  readonly author: string;
}

/** What holds. */
export interface Override {
  readonly id: string;
  readonly subject: OverrideSubject;
  readonly kind: OverrideKind;
  /** Undefined for all. */
  readonly policies: readonly string[] | undefined;
  /** Undefined where it does not replace them. */
  readonly windows: readonly NormalWindow[] | undefined;
  /** Undefined where it does not multiply. */
  readonly multiply: number | undefined;
  readonly unlimited: boolean;
  /** On the store's clock. Unit: milliseconds since the Unix epoch. */
  readonly untilMs: number;
  readonly reason: string;
  readonly author: string;
  /** On the store's clock. Unit: milliseconds since the Unix epoch. */
  readonly grantedMs: number;
  /** No policy lets through more than so many times what it would otherwise, whatever the windows say. */
  readonly factor: number;
}

/** How far overrides may go. */
export interface OverrideCeiling {
  /** Longest time of any. Unit: milliseconds. Range: 1000 to 366 days. @defaultValue 30 days */
  readonly maxDurationMs?: number;
  /** Longest time of one without a limit. Unit: milliseconds. Range: 0 to 366 days; 0 allows none. @defaultValue 24 hours */
  readonly maxUnlimitedMs?: number;
  /** Most times a policy's own limit. Range: 1 to 1000. @defaultValue 10 */
  readonly maxLimitFactor?: number;
  /** Largest limit of a window, with its burst. Range: whole numbers 1 to 2e9. @defaultValue 1000000 */
  readonly maxLimit?: number;
  /** Most at a time. Range: whole numbers 1 to 100000. @defaultValue 10000 */
  readonly maxOverrides?: number;
}
