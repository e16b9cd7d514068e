import { wholeAtLeast } from "../../checks.js";
import { publishedLimits } from "../generated/published-limits.js";
import type { PublishedLimit } from "./published-limit.js";

/** The limit that is enforced for one method. */
export interface EnforcedLimit {
  readonly perMinute: number;
  readonly per: PublishedLimit["per"];
}

/** The limits of all methods, with overrides and the default filled in. */
export interface SlackLimits {
  /** The limit of a published method; undefined for any other name. */
  of(method: string): EnforcedLimit | undefined;
}

/** Settings of the limits. */
export interface SlackLimitSettings {
  readonly limits: Readonly<Record<string, number>>;
  readonly defaultPerMinute: number;
}

/** Puts the overrides over the published figures. An override of an unpublished name is a mistake. */
export function slackLimits({ limits, defaultPerMinute }: SlackLimitSettings): SlackLimits {
  for (const [method, perMinute] of Object.entries(limits)) {
    if (!isPublished(method)) throw new RangeError(`limits must name published methods, got ${method}`);
    wholeAtLeast(`limits["${method}"]`, perMinute, 1);
  }
  wholeAtLeast("defaultPerMinute", defaultPerMinute, 1);
  const overrides = new Map(Object.entries(limits));
  return {
    of(method) {
      const published = isPublished(method) ? publishedLimits[method] : undefined;
      if (published === undefined) return undefined;
      return { per: published.per, perMinute: overrides.get(method) ?? published.perMinute ?? defaultPerMinute };
    },
  };
}

/** Whether the provider publishes a method of that name. */
export function isPublished(method: string): boolean {
  return Object.hasOwn(publishedLimits, method);
}
