import { nonEmpty, oneOf } from "@sluice/core";
import type { Action } from "./action.js";
import { whyOf } from "./fields.js";

export const resetReputation: Action = {
  fields: ["of", "whose"],
  async run(body, engine) {
    const why = whyOf(body);
    const of = oneOf("of", body["of"], ["user", "tenant", "ip", "apiKey", "everybody"]);
    const whose = of === "everybody" ? undefined : { [of]: nonEmpty("whose", secretless(of, body["whose"]), 4096) };
    await engine.reputation.reset(whose, why);
    return whose === undefined ? "Everybody was forgiven" : `The ${of === "apiKey" ? "API key" : of} was forgiven`;
  },
};

/** What is wrong with an API key does not show it. */
function secretless(of: string, whose: unknown): unknown {
  return of === "apiKey" && typeof whose === "string" && whose.length > 4096 ? undefined : whose;
}
