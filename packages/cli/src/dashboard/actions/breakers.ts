import { nonEmpty, oneOf } from "@sluice/core";
import type { ForcedBreaker, PolicyEngine } from "@sluice/policy";
import { instant } from "../../output/time.js";
import type { Action } from "./action.js";
import { numberOf, seenOf, whyOf } from "./fields.js";
import { Refused, sameAsSeen } from "./refused.js";

export const forceBreaker: Action = {
  fields: ["name", "state", "forMs", "seenUntilMs"],
  async run(body, engine) {
    const options = { ...whyOf(body), forMs: numberOf(body, "forMs") };
    const name = nonEmpty("name", body["name"], 200);
    const state = oneOf("state", body["state"], ["open", "closed"]);
    sameAsSeen(seenOf(body), await heldNow(engine, name));
    const { untilMs } = await engine.breakers.force(name, state, options);
    return `Breaker ${name} is held ${state} until ${instant(untilMs)} UTC`;
  },
};

export const resetBreaker: Action = {
  fields: ["name", "seenUntilMs"],
  async run(body, engine) {
    const why = whyOf(body);
    const name = nonEmpty("name", body["name"], 200);
    sameAsSeen(seenOf(body), await heldNow(engine, name));
    if (!(await engine.breakers.release(name, why))) throw new Refused(404, `breaker ${name} is not held`);
    return `Breaker ${name} decides by itself again`;
  },
};

async function heldNow(engine: PolicyEngine, name: string): Promise<ForcedBreaker | undefined> {
  return (await engine.breakers.list()).find((held) => held.name === name);
}
