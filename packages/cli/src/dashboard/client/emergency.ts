/// <reference lib="dom" />
import type { PageState } from "../state.js";
import { type ActionForm, ask, durations } from "./dialog.js";
import { byId, setClass, setText, show } from "./dom.js";
import { span } from "./format.js";

/** The switch for all policies. */
export function createEmergency(): (state: PageState) => void {
  let seenUntilMs: number | null = null;
  const begin = (kind: "disable" | "shadow"): ActionForm => ({
    title: kind === "shadow" ? "Switch all policies to shadow" : "Disable all policies",
    effect:
      kind === "shadow"
        ? "Policies are asked and refuse nobody, in every process, until the end."
        : "No policy is asked any more, in any process, until the end.",
    verb: kind === "shadow" ? "Switch to shadow" : "Disable policies",
    fields: [durations(["300000", "900000", "3600000", "14400000", "86400000"])],
    isDangerous: true,
    path: "/api/emergency/begin",
    body: { kind, seenUntilMs },
  });
  byId("emergency-shadow").addEventListener("click", () => ask(begin("shadow")));
  byId("emergency-disable").addEventListener("click", () => ask(begin("disable")));
  byId("emergency-end").addEventListener("click", () =>
    ask({
      title: "End the emergency",
      effect: "Policies hold again, in every process, within a second.",
      verb: "End it",
      fields: [],
      isDangerous: false,
      path: "/api/emergency/end",
      body: { seenUntilMs },
    }),
  );
  return ({ emergency, mode, atMs }) => {
    seenUntilMs = emergency?.untilMs ?? null;
    const chip = byId("mode");
    setText(chip, emergency?.kind === "disable" ? "disabled" : (emergency?.kind ?? mode));
    const isCalm = emergency === null && mode === "enforce";
    setClass(chip, `chip ${isCalm ? "good" : emergency?.kind === "disable" ? "bad" : "warn"}`);
    setText(
      byId("emergency-text"),
      emergency === null
        ? (modeTexts[mode] ?? "")
        : `${emergency.kind === "disable" ? "No policy is asked" : "Policies refuse nobody"} for ${span(emergency.untilMs - atMs)} more. ${emergency.author}: ${emergency.reason}`,
    );
    show(byId("emergency-end"), emergency !== null);
  };
}

const modeTexts: Readonly<Record<string, string>> = {
  enforce: "All policies hold.",
  shadow: "Policies are asked and refuse nobody, by the engine's own mode.",
  disabled: "No policy is asked, by the engine's own mode.",
};
