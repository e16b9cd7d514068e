import { nonEmpty, oneOf } from "@sluice/core";
import type { Control } from "../control/control.js";
import { checkedWhy, emergencyOf } from "../emergency/emergency.js";
import type { BreakerSwitches, ForcedBreaker } from "./engine.js";

const recordOf = (name: string): string => `breaker/${name}`;

/** Breakers that somebody holds by hand; whoever guards one asks `forced`. */
export function createBreakerSwitches(control: Control): BreakerSwitches {
  const read = (record: string | undefined): ForcedBreaker | undefined => {
    if (record === undefined) return undefined;
    try {
      const forced = JSON.parse(record) as ForcedBreaker;
      return forced.untilMs > control.nowMs() && (forced.state === "open" || forced.state === "closed")
        ? forced
        : undefined;
    } catch {
      return undefined;
    }
  };
  return {
    async force(name, state, options) {
      nonEmpty("name", name, 200);
      oneOf("state", state, ["open", "closed"]);
      await control.ready();
      const { untilMs, reason, author } = emergencyOf("disable", options, control.nowMs());
      const forced: ForcedBreaker = { name, state, untilMs, reason, author };
      await control.change({
        records: { [recordOf(name)]: JSON.stringify(forced) },
        entry: { action: `breaker.${state}`, subject: name, author, reason, detail: { untilMs } },
      });
      return forced;
    },
    async release(name, why) {
      const { reason, author } = checkedWhy(why);
      await control.refresh();
      if (control.records.get(recordOf(name)) === undefined) return false;
      const entry = { action: "breaker.release", subject: name, author, reason };
      await control.change({ records: { [recordOf(name)]: undefined }, entry });
      return true;
    },
    async list() {
      await control.refresh();
      return [...control.records]
        .filter(([name]) => name.startsWith(recordOf("")))
        .map(([, record]) => read(record))
        .filter((forced) => forced !== undefined);
    },
    forced: (name) => read(control.records.get(recordOf(name))),
    govern(breaker) {
      const record = (): string | undefined => control.records.get(recordOf(breaker.name));
      let obeyed: string | undefined;
      const obey = (): void => {
        const wanted = record();
        if (wanted === obeyed) return;
        const forced = read(wanted);
        const before = obeyed;
        obeyed = wanted;
        const done =
          forced === undefined
            ? breaker.reset()
            : breaker.force(forced.state, { forMs: Math.max(1, forced.untilMs - control.nowMs()) });
        // Its store is away: the next change, or look, tries again.
        done.catch(() => (obeyed = before));
      };
      void control.ready().then(obey, () => {});
      return control.onChange(obey);
    },
  };
}
