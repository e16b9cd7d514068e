import type { LimitFigures } from "@sluice/limiter";
import type { Mode } from "../options/api-options.js";

/** Which limits a call passes, and where their figures come from. Frozen; `JSON.stringify` takes all of it. */
export interface Explanation {
  readonly provider: string;
  readonly account: string;
  /** As it is named in metrics and errors. */
  readonly operation: string;
  /** Whether limits are enforced at present, only recorded, or ignored. */
  readonly enforcement: Mode;
  /** In the order of the requests that the call is made of. Empty when nothing limits it. */
  readonly limits: readonly ExplainedLimit[];
  /** All of it in words, a line for each limit. */
  readonly text: string;
  /** The text. */
  toString(): string;
}

/** One limit that a call passes. */
export interface ExplainedLimit {
  /** The request of the call that takes from it; most calls make only one, of their own name. */
  readonly request: string;
  /** What it is kept for: one bucket for each of them. An argument that was not given stands in it as `{name}`. */
  readonly bucket: string;
  /** Arguments that decide which bucket it is, and were not given. */
  readonly needs: readonly string[];
  readonly limit: LimitFigures;
  /** The figures in words. */
  readonly words: string;
  /** Tokens that the request takes. */
  readonly cost: number;
  /** Who or what shares it, in the words of the source; null where that is not known. */
  readonly scope: string | null;
  /** What is published, in words, where the figures are made of it; null where they are not. */
  readonly published: string | null;
  /** Where the published figure stands; null for figures of yours. */
  readonly source: LimitSource | null;
  readonly setBy: SetBy;
  readonly note: string | null;
}

/** Where a figure was read. */
export interface LimitSource {
  readonly title: string;
  /** Null where it has no public address. */
  readonly url: string | null;
  /** Of when it is, in the words of the data that ships with the package. */
  readonly asOf: string;
}

/**
 * What decided: the shipped figures (`default`), another of their tiers (`tier`), a figure given as an option or an environment variable, or a
 * quota function of your own (`quota`).
 */
export interface SetBy {
  readonly by: "default" | "tier" | "option" | "environment" | "quota";
  /** The option or variable; null by default. */
  readonly name: string | null;
  /** What it was set to, where that is short; null where it is not. */
  readonly value: string | number | null;
}
