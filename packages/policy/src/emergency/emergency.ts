import { anObject, between, ConfigError, nonEmpty } from "@sluice/core";

/** A switch for all policies at once, with an end. */
export interface EmergencyState {
  /** `disable`: no policy is asked; `shadow`: none refuses. */
  readonly kind: "disable" | "shadow";
  /** On the store's clock. Unit: milliseconds since 1970. */
  readonly untilMs: number;
  readonly reason: string;
  readonly author: string;
}

/** Who throws the switch, for how long, and why. */
export interface EmergencyOptions {
  /** Unit: milliseconds. Range: 1000 to 7 days. */
  readonly forMs: number;
  /** Range: 3 to 500 characters. */
  readonly reason: string;
  /** Range: 1 to 200 characters. */
  readonly author: string;
}

const LONGEST_MS = 7 * 86_400_000;

/**
 * The state that such options begin.
 *
 * @throws ConfigError naming the option that is missing or out of range.
 */
export function emergencyOf(kind: EmergencyState["kind"], options: EmergencyOptions, nowMs: number): EmergencyState {
  anObject("options", options, "{ forMs, reason, author }");
  const forMs = between("forMs", options.forMs, 1000, LONGEST_MS, "a number of milliseconds from 1000 to 7 days");
  const { reason, author } = checkedWhy(options);
  return { kind, untilMs: Math.round(nowMs + forMs), reason, author };
}

/** Reason and author of a change. @throws ConfigError when one is missing. */
export function checkedWhy(options: { readonly reason?: unknown; readonly author?: unknown }): {
  readonly reason: string;
  readonly author: string;
} {
  const reason = nonEmpty("reason", options.reason as string, 500);
  if (reason.trim().length < 3)
    throw new ConfigError({ option: "reason", accepted: "3 to 500 characters", value: reason });
  return { reason, author: nonEmpty("author", options.author as string, 200) };
}

/** Reads a record; undefined for one that is over or cannot be read. */
export function emergencyAt(record: string | undefined, nowMs: number): EmergencyState | undefined {
  if (record === undefined) return undefined;
  try {
    const { kind, untilMs, reason, author } = JSON.parse(record) as EmergencyState;
    const known = (kind === "disable" || kind === "shadow") && Number.isFinite(untilMs);
    return known && untilMs > nowMs ? { kind, untilMs, reason: String(reason), author: String(author) } : undefined;
  } catch {
    return undefined;
  }
}
