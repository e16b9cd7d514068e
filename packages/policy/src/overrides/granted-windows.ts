import { ConfigError, wholeBetween } from "@sluice/core";
import { checkWindows } from "../policies/check-windows.js";
import type { NormalPolicy, NormalWindow, PolicyWindow } from "../policies/policy.js";
import type { OverrideBounds } from "./check-override.js";

const MOST_WINDOWS = 6;
const LONGEST_MS = 31 * 86_400_000;
const fields = new Set(["limit", "per", "windowMs", "burst"]);

/**
 * Windows in milliseconds, shortest first, that every policy they are for can keep.
 *
 * @throws ConfigError naming the window that is out of range or beyond the ceiling.
 */
export function checkGrantedWindows(
  windows: readonly PolicyWindow[],
  names: readonly string[] | undefined,
  { ceiling, policies = [] }: OverrideBounds,
): readonly NormalWindow[] {
  if (!Array.isArray(windows) || windows.length === 0 || windows.length > MOST_WINDOWS)
    throw new ConfigError({ option: "windows", accepted: `a list of 1 to ${MOST_WINDOWS}`, value: windows });
  for (const [index, window] of windows.entries()) checkWindow(`windows[${index}]`, window, ceiling.maxLimit);
  const normal = checkWindows("override", windows, { algorithm: "tokenBucket", burstStrategy: "fixed", cost: 1 });
  for (const policy of policies) {
    if (names !== undefined && !names.includes(policy.name)) continue;
    if (names !== undefined) checkWindows(`override for ${policy.name}`, windows, policy);
    checkFactor(normal, policy, ceiling.maxLimitFactor);
  }
  return normal;
}

function checkWindow(option: string, window: PolicyWindow, maxLimit: number): void {
  if (typeof window !== "object" || window === null)
    throw new ConfigError({ option, accepted: "an object with limit, per or windowMs, burst", value: window });
  for (const field of Object.keys(window))
    if (!fields.has(field))
      throw new ConfigError({ option: `${option}.${field}`, accepted: "absent", value: Reflect.get(window, field) });
  const { limit, burst = 0, per, windowMs } = window;
  wholeBetween(`${option}.limit`, limit, 1, maxLimit);
  wholeBetween(`${option}.burst`, burst, 0, maxLimit);
  if (limit + burst > maxLimit)
    throw new ConfigError({
      option: `${option}.burst`,
      accepted: `at most ${maxLimit} together with limit`,
      value: burst,
    });
  if ((per === undefined) === (windowMs === undefined))
    throw new ConfigError({ option, accepted: "made with exactly one of per and windowMs", value: per ?? windowMs });
  if (windowMs !== undefined) wholeBetween(`${option}.windowMs`, windowMs, 1, LONGEST_MS);
  else if (!["second", "minute", "hour", "day"].includes(per ?? ""))
    throw new ConfigError({ option: `${option}.per`, accepted: "second, minute, hour or day", value: per });
}

/** By the rates that hold in the long run: all windows hold, so that is the lowest one. */
function checkFactor(
  windows: readonly NormalWindow[],
  policy: Pick<NormalPolicy, "name" | "windows">,
  factor: number,
): void {
  const own = longRun(policy.windows);
  const asked = longRun(windows);
  if (asked <= own * factor) return;
  const accepted = `at most ${factor} times the rate of policy ${policy.name} (maxLimitFactor)`;
  throw new ConfigError({ option: "windows", accepted, value: `${(asked / own).toFixed(1)} times` });
}

function longRun(windows: readonly NormalWindow[]): number {
  return Math.min(...windows.map(({ limit, windowMs }) => limit / windowMs));
}
