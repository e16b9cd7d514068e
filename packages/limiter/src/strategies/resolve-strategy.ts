import { ConfigError } from "@sluice/core";
import { askNow } from "./ask.js";
import { queue } from "./queue.js";
import { reject } from "./reject.js";
import { retryAfter } from "./retry-after.js";
import type { CustomStrategy, Strategy } from "./strategy.js";
import { throttle } from "./throttle.js";

/** A strategy, a function of one's own, or the name of a built-in one with its defaults. */
export type StrategyChoice = Strategy | CustomStrategy | "reject" | "queue" | "retry-after" | "throttle";

/** @throws ConfigError for anything else, `degrade` without a fallback included. */
export function resolveStrategy(choice: StrategyChoice): Strategy {
  if (typeof choice === "function") return custom(choice);
  if (typeof choice === "string" && Object.hasOwn(builtIn, choice)) return builtIn[choice]();
  if (typeof choice === "object" && choice !== null && typeof choice.admit === "function") return choice;
  throw new ConfigError({
    option: "strategy",
    accepted: `${Object.keys(builtIn).join(", ")}, degrade(fallback), or a function`,
    value: choice,
  });
}

const builtIn = { reject, queue, "retry-after": retryAfter, throttle } as const;

function custom(decide: CustomStrategy): Strategy {
  return {
    name: decide.name === "" ? "custom" : decide.name,
    async admit(admission) {
      const answer = await askNow(admission);
      return "grant" in answer ? { kind: "go", grant: answer.grant } : decide(answer, admission);
    },
  };
}
