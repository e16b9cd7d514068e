import type { Control } from "../control/control.js";
import type { Emergency } from "../engine/engine.js";
import { checkedWhy, emergencyAt, type EmergencyOptions, emergencyOf, type EmergencyState } from "./emergency.js";

/** The record of the switch. */
export const emergencyRecord = "emergency";

/** The switch for all policies, shared by all who use the same control. */
export function createEmergency(control: Control): Emergency {
  const begin = async (kind: EmergencyState["kind"], options: EmergencyOptions): Promise<EmergencyState> => {
    await control.ready();
    const state = emergencyOf(kind, options, control.nowMs());
    const { reason, author, untilMs } = state;
    await control.change({
      records: { [emergencyRecord]: JSON.stringify(state) },
      entry: { action: `emergency.${kind}`, subject: "all policies", author, reason, detail: { untilMs } },
    });
    return state;
  };
  const status = async (): Promise<EmergencyState | undefined> => {
    await control.ready();
    return emergencyAt(control.records.get(emergencyRecord), control.nowMs());
  };
  return {
    disable: (options) => begin("disable", options),
    shadow: (options) => begin("shadow", options),
    status,
    async end(why) {
      const { reason, author } = checkedWhy(why);
      await control.refresh();
      const state = await status();
      if (state === undefined) return false;
      const entry = { action: "emergency.end", subject: "all policies", author, reason, detail: { kind: state.kind } };
      await control.change({ records: { [emergencyRecord]: undefined }, entry });
      return true;
    },
  };
}
