import { oneOf } from "@sluice/core";
import type { Mode } from "@sluice/limiter";
import type { Control } from "../control/control.js";
import { checkedWhy } from "../emergency/emergency.js";
import type { Why } from "./engine.js";

const modes = ["enforce", "shadow", "disabled"] as const;

/** The record of the mode. */
export const modeRecord = "mode";

/** Reads the record; undefined where nobody has set a mode. */
export function modeIn(record: string | undefined): Mode | undefined {
  return modes.find((mode) => mode === record);
}

/** Sets the mode of all engines of this name. @throws ConfigError for anything else. */
export async function setMode(control: Control, mode: Mode, why: Why): Promise<void> {
  oneOf("mode", mode, modes);
  const { reason, author } = checkedWhy(why);
  const entry = { action: "mode.set", subject: "all policies", author, reason, detail: { mode } };
  await control.change({ records: { [modeRecord]: mode }, entry });
}
