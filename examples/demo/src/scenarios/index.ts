import { github } from "./github.js";
import { gitlab } from "./gitlab.js";
import { s3 } from "./s3.js";
import type { Scenario } from "./scenario.js";
import { slack } from "./slack.js";

export type { Kind, Orders, Scenario } from "./scenario.js";

/** In the order in which they are shown. */
export const scenarios: readonly Scenario[] = [slack, github, gitlab, s3];

/** @throws RangeError for a provider that the demo does not have. */
export function scenarioOf(provider: string): Scenario {
  const found = scenarios.find((one) => one.provider === provider);
  if (found !== undefined) return found;
  throw new RangeError(`The demo has ${scenarios.map((one) => one.provider).join(", ")}, and no ${provider}`);
}
