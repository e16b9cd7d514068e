import { between, nonEmpty, oneOf } from "@sluice/core";
import type { OverrideDraft, OverrideSubject } from "@sluice/policy";
import { instant } from "../../output/time.js";
import { readWindow } from "../../shared/window.js";
import type { Action } from "./action.js";
import { type Body, numberOf, whyOf } from "./fields.js";
import { Refused } from "./refused.js";

const subjects = ["user", "role", "tenant", "ip", "apiKey", "endpoint", "policy"] as const;

/** Ends are told on the store's clock. */
export function grantOverride(nowMs: () => Promise<number>): Action {
  return {
    fields: ["of", "whose", "under", "what", "multiply", "window", "forMs"],
    async run(body, engine) {
      const of = oneOf("of", body["of"], subjects);
      const subject: OverrideSubject = { [of]: whoseOf(of, body["whose"]) };
      const under = body["under"];
      const policies = under === undefined || under === "" ? {} : { policies: [nonEmpty("under", under, 64)] };
      const draft = { ...whyOf(body), subject, ...policies, ...meansOf(body) };
      const forMs = between(
        "forMs",
        body["forMs"],
        1000,
        Number.MAX_SAFE_INTEGER,
        "a number of milliseconds from 1000",
      );
      const until = (await nowMs()) + forMs;
      const { id, untilMs } = await engine.overrides.grant({ ...draft, until });
      return `Override ${id.slice(0, 8)} holds until ${instant(untilMs)} UTC`;
    },
  };
}

export const revokeOverride: Action = {
  fields: ["id"],
  async run(body, engine) {
    const why = whyOf(body);
    const id = nonEmpty("id", body["id"], 128);
    if (!(await engine.overrides.revoke(id, why))) throw new Refused(404, "that override has ended already");
    return `Override ${id.slice(0, 8)} was revoked`;
  },
};

/** An API key is checked where it is turned into its digest, and never shown. */
function whoseOf(of: string, whose: unknown): string {
  return of === "apiKey" ? (whose as string) : nonEmpty("whose", whose, 512).trim();
}

function meansOf(body: Body): Pick<OverrideDraft, "kind" | "multiply" | "windows" | "unlimited"> {
  const what = oneOf("what", body["what"], ["multiply", "window", "unlimited", "allow", "emergency"]);
  if (what === "multiply") return { kind: "grant", multiply: numberOf(body, "multiply") };
  if (what === "window") return { kind: "grant", windows: readWindow(nonEmpty("window", body["window"], 100).trim()) };
  return what === "unlimited" ? { kind: "grant", unlimited: true } : { kind: what };
}
