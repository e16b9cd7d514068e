import { between, type Clock, nonEmpty, type Random, systemClock, systemRandom } from "@sluice/core";
import type { ControlStore } from "@sluice/limiter";
import type { ControlNews } from "./control.js";

/** Settings of a live copy. */
export interface ControlOptions {
  /** You close it. */
  readonly store: ControlStore;
  readonly space: string;
  /** Between two looks for changes that were announced and not heard. Unit: milliseconds. Range: 10 to 60000. @defaultValue 500 */
  readonly pollMs?: number;
  /** How long `ready` tries. Unit: milliseconds. Range: 0 to 60000. @defaultValue 2000 */
  readonly startTimeoutMs?: number;
  /** Records to use when the store does not answer at the start; a process warning then names them. @defaultValue none: `ready` rejects */
  readonly embedded?: Readonly<Record<string, string>>;
  /** Called like a listener of `onChange`. */
  readonly onChange?: (news: ControlNews) => void;
  /** Named as author where a lost store is written anew. Range: 1 to 200 characters. @defaultValue `"sluice"` */
  readonly author?: string;
  readonly clock?: Clock;
  readonly random?: Random;
}

/** Complete and checked. */
export type ControlConfig = Required<Omit<ControlOptions, "embedded" | "onChange">> & {
  readonly embedded: ReadonlyMap<string, string> | undefined;
};

/** @throws ConfigError naming the option that is out of range. */
export function resolveControl(options: ControlOptions): ControlConfig {
  const { embedded } = options;
  return {
    store: options.store,
    space: nonEmpty("space", options.space, 256),
    pollMs: between("pollMs", options.pollMs ?? 500, 10, 60_000),
    startTimeoutMs: between("startTimeoutMs", options.startTimeoutMs ?? 2000, 0, 60_000),
    embedded: embedded === undefined ? undefined : new Map(Object.entries(embedded)),
    author: nonEmpty("author", options.author ?? "sluice", 200),
    clock: options.clock ?? systemClock,
    random: options.random ?? systemRandom,
  };
}
