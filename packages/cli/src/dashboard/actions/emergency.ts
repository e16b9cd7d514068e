import { oneOf } from "@sluice/core";
import type { EmergencyState, PolicyEngine } from "@sluice/policy";
import { instant } from "../../output/time.js";
import type { Action } from "./action.js";
import { numberOf, seenOf, whyOf } from "./fields.js";
import { Refused, sameAsSeen } from "./refused.js";

export const beginEmergency: Action = {
  fields: ["kind", "forMs", "seenUntilMs"],
  async run(body, engine) {
    const options = { ...whyOf(body), forMs: numberOf(body, "forMs") };
    const kind = oneOf("kind", body["kind"], ["disable", "shadow"]);
    sameAsSeen(seenOf(body), await emergencyNow(engine));
    const { untilMs } = await engine.emergency[kind](options);
    return `${kind === "disable" ? "No policy is asked" : "Policies refuse nobody"} until ${instant(untilMs)} UTC`;
  },
};

export const endEmergency: Action = {
  fields: ["seenUntilMs"],
  async run(body, engine) {
    const why = whyOf(body);
    sameAsSeen(seenOf(body), await emergencyNow(engine));
    if (!(await engine.emergency.end(why))) throw new Refused(404, "there is no emergency");
    return "Policies hold again";
  },
};

async function emergencyNow(engine: PolicyEngine): Promise<EmergencyState | undefined> {
  // Reads anew what is shared; the status alone is that of this process's copy.
  await engine.breakers.list();
  return engine.emergency.status();
}
