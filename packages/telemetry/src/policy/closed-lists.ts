/** Scopes of policies, the most specific first. */
export const scopes = ["endpoint", "user", "role", "tenant", "ip", "apiKey", "global"] as const;
/** How a limit counts. `other`: a rule of one's own. */
export const algorithms = [
  "tokenBucket",
  "leakyBucket",
  "slidingWindow",
  "slidingWindowCounter",
  "fixedWindow",
  "concurrency",
  "other",
] as const;
export const decisions = ["allowed", "denied"] as const;
/** Which way a rate went. */
export const directions = ["lowered", "raised"] as const;
export const overrideKinds = ["allow", "emergency", "grant"] as const;
/** What holds: a decision of a policy in `shadow` refuses nobody. */
export const engineModes = ["enforce", "shadow", "disabled"] as const;

export type EngineMode = (typeof engineModes)[number];

/** The text if the list has it, else the fallback. */
export function listed<Value extends string, Fallback extends string>(
  list: readonly Value[],
  text: unknown,
  fallback: Fallback,
): Value | Fallback {
  return list.includes(text as Value) ? (text as Value) : fallback;
}
