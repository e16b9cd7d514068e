import { askNow, refusalError } from "./ask.js";
import type { Strategy } from "./strategy.js";

/** Now or no: a refusal is an error at once, with the time after which to come back. */
export function reject(): Strategy {
  return {
    name: "reject",
    async admit(admission) {
      const answer = await askNow(admission);
      if ("grant" in answer) return { kind: "go", grant: answer.grant };
      throw refusalError(answer);
    },
  };
}
