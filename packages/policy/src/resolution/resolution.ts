import type { NormalPolicy, Subject } from "../policies/policy.js";

/** One of those whose bucket a call takes from. */
export interface SubjectPart {
  /** Of a caller: what the caller is known by. */
  readonly kind: Exclude<Subject, "caller">;
  /** An address in canonical form, an endpoint in one spelling, the digest of an API key; others as given. */
  readonly value: string;
}

/** A policy that holds for a caller, and whose bucket it takes from. */
export interface Applied {
  readonly policy: NormalPolicy;
  /** In the order of the policy's `per`; empty for one bucket for all. The same object as long as it is remembered. */
  readonly subject: readonly SubjectPart[];
}

/**
 * What holds for a caller: enforced policies first, then those in shadow; among them the most specific scope first, then the highest
 * priority, then the narrowest value, then by name.
 */
export type Resolution = readonly Applied[];
