import { ConfigError, nonEmpty, type Random, warnOnce } from "@sluice/core";
import { drawGeneration, type Json } from "@sluice/limiter";
import { randomBytes } from "node:crypto";
import type { Control } from "../control/control.js";
import { resolveCeiling } from "./ceiling.js";
import { checkOverride, type OverrideBounds } from "./check-override.js";
import type { Override, OverrideCeiling, OverrideDraft } from "./override.js";
import { createOverrideIndex, type OverrideIndex } from "./override-index.js";
import type { Overrides } from "./overrides.js";
import { overrideHead, readOverride, writeOverride } from "./stored-override.js";

/** Settings of overrides. */
export interface OverridesOptions extends OverrideCeiling {
  /** The policies in use, so that names and limits can be compared with them. @defaultValue none: names are taken on trust */
  readonly policies?: () => NonNullable<OverrideBounds["policies"]>;
  /** Makes ids. @defaultValue 16 random bytes of `node:crypto` */
  readonly random?: Random;
}

/** How long one is kept, and can be listed, after its end. Unit: milliseconds. */
const KEPT_MS = 3_600_000;
/** Removed at most with one change. */
const SWEEP = 100;

/**
 * Overrides in a space.
 *
 * @throws ConfigError naming the ceiling that is out of range.
 */
export function createOverrides(control: Control, options: OverridesOptions = {}): Overrides {
  const { policies, random } = options;
  const ceiling = resolveCeiling(options);
  const warn = warnOnce("SLUICE_OVERRIDE");
  const newId = (): string => (random === undefined ? randomBytes(16).toString("hex") : drawGeneration(random));
  let copied: ReadonlyMap<string, string> | undefined;
  let byText = new Map<string, Override | undefined>();
  let all: readonly Override[] = [];
  let index: OverrideIndex = createOverrideIndex([]);

  /** Made anew when an override has changed, and only then; what was read of a text before is kept. */
  const current = (): OverrideIndex => {
    if (copied === control.records) return index;
    copied = control.records;
    const texts = [...copied].filter(([name]) => name.startsWith(overrideHead));
    if (texts.length === byText.size && texts.every(([, text]) => byText.has(text))) return index;
    const before = byText;
    byText = new Map(
      texts.map(([name, text]) => [text, before.has(text) ? before.get(text) : readOverride(name, text)]),
    );
    for (const [name, text] of texts)
      if (byText.get(text) === undefined) warn("An override does not hold, as it cannot be read or goes too far", name);
    all = [...byText.values()].filter((override) => override !== undefined);
    index = createOverrideIndex(all);
    return index;
  };
  const fresh = async (): Promise<readonly Override[]> => {
    await control.refresh();
    current();
    return all;
  };
  /** Records that are over; whoever changes something anyway takes them along. */
  const swept = (): Readonly<Record<string, undefined>> => {
    const over = all.filter(({ untilMs }) => untilMs + KEPT_MS < control.nowMs()).slice(0, SWEEP);
    return Object.fromEntries(over.map(({ id }) => [overrideHead + id, undefined]));
  };
  const detailOf = (override: Override, gone: object): Json => {
    const { reason: _reason, author: _author, id: _id, ...detail } = override;
    const expired = Object.keys(gone).map((name) => name.slice(overrideHead.length));
    return JSON.parse(JSON.stringify({ ...detail, ...(expired.length === 0 ? {} : { expired }) })) as Json;
  };

  return {
    async grant(draft: OverrideDraft) {
      await fresh();
      const nowMs = control.nowMs();
      const known = policies?.();
      const checked = checkOverride(draft, { ceiling, nowMs, ...(known === undefined ? {} : { policies: known }) });
      const override: Override = { id: newId(), ...checked };
      const gone = swept();
      if (all.filter(({ untilMs }) => untilMs > nowMs).length >= ceiling.maxOverrides)
        throw new ConfigError({
          option: "override",
          accepted: `one of at most ${ceiling.maxOverrides} at a time (maxOverrides)`,
          value: draft.kind,
        });
      const { author, reason, id } = override;
      const entry = { action: "override.grant", subject: id, author, reason, detail: detailOf(override, gone) };
      await control.change({ records: { ...gone, [overrideHead + id]: writeOverride(override) }, entry });
      return override;
    },
    async revoke(id, why) {
      nonEmpty("id", id, 128);
      const author = nonEmpty("author", why?.author, 200);
      const reason = nonEmpty("reason", why.reason, 500);
      if (reason.trim().length < 3)
        throw new ConfigError({ option: "reason", accepted: "3 to 500 characters", value: reason });
      const found = (await fresh()).find((override) => override.id === id);
      const name = overrideHead + id;
      if (control.records.get(name) === undefined) return false;
      const gone = { ...swept(), [name]: undefined };
      const detail = found === undefined ? {} : { detail: detailOf(found, {}) };
      await control.change({
        records: gone,
        entry: { action: "override.revoke", subject: id, author, reason, ...detail },
      });
      return true;
    },
    async list({ expired = false } = {}) {
      const overrides = await fresh();
      return overrides
        .filter(({ untilMs }) => expired || untilMs > control.nowMs())
        .toSorted((one, other) => one.untilMs - other.untilMs);
    },
    async check(identity, policy) {
      await control.ready();
      return current().find(identity, policy, control.nowMs());
    },
    of: (identity, policy) => current().find(identity, policy, control.nowMs()),
    get size() {
      return current().size;
    },
  };
}
