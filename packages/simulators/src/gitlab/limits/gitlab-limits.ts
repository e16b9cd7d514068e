import { wholeAtLeast } from "../../checks.js";
import type { MeterSettings } from "../../limits/meter.js";
import { gitlabComLimits, gitlabSelfManagedLimits, gitlabSelfManagedOff } from "../generated/published-limits.js";

/** Whose limits count: those of GitLab.com, or those an instance of one's own has by default. @public */
export type GitLabTier = "gitlab.com" | "self-managed";

/** The limits in force, by the names of the published ones. */
export interface GitLabLimits {
  readonly tier: GitLabTier;
  /** Undefined where the limit does not exist or is off. */
  of(name: string): MeterSettings | undefined;
}

/** Published for whole networks, and so off here, where every process calls from one address. */
const offByDefault: readonly string[] = ["allTrafficPerIp"];

/** Puts the overrides over the published figures; an override switches a limit on. An unknown name is a mistake. */
export function gitlabLimits(tier: GitLabTier, overrides: Readonly<Record<string, number>>): GitLabLimits {
  const published: Readonly<Record<string, MeterSettings>> =
    tier === "gitlab.com" ? gitlabComLimits : gitlabSelfManagedLimits;
  for (const [name, limit] of Object.entries(overrides)) {
    if (!Object.hasOwn(published, name)) {
      throw new RangeError(`limits must name published limits of ${tier}, got ${name}`);
    }
    wholeAtLeast(`limits["${name}"]`, limit, 1);
  }
  const off = new Set([...offByDefault, ...(tier === "self-managed" ? gitlabSelfManagedOff : [])]);
  return {
    tier,
    of(name) {
      const override = overrides[name];
      if (override === undefined && off.has(name)) return undefined;
      const settings = Object.hasOwn(published, name) ? published[name] : undefined;
      return settings && { limit: override ?? settings.limit, windowMs: settings.windowMs };
    },
  };
}
