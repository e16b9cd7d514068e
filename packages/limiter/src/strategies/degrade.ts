import { askNow } from "./ask.js";
import type { Refusal, Strategy } from "./strategy.js";

/**
 * Answers in the task's place when there are no tokens: with a value, or with what a function makes of the refusal. The task does not run.
 */
export function degrade(fallback: unknown): Strategy {
  return {
    name: "degrade",
    async admit(admission) {
      const answer = await askNow(admission);
      if ("grant" in answer) return { kind: "go", grant: answer.grant };
      const value: unknown =
        typeof fallback === "function" ? await (fallback as (refusal: Refusal) => unknown)(answer) : fallback;
      return { kind: "instead", value };
    },
  };
}
