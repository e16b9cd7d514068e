import type { Clock } from "@sluice/core";
import type { Policy, PolicyEngine, PolicyWindow } from "@sluice/policy";
import { remembered } from "./remembered.js";
import { within } from "./within.js";

/** What answers need to know of policies, without asking the store. */
export interface PolicyBook {
  /** Windows of a policy; undefined where it is not known here. The first look may take a moment, and no longer. */
  windowsOf(policy: string): Promise<readonly PolicyWindow[] | undefined>;
  /** A path in small letters, but for segments that a policy writes in others: for routers to whom letters are alike. */
  spell(path: string): string;
  /** When the policies have been read once, or could not be; undefined where they have been. */
  ready(): Promise<void> | undefined;
  close(): void;
}

/** What an answer may wait for the first look. Unit: milliseconds. */
const MOMENT_MS = 250;
/** After a failure, the soonest next look. Unit: milliseconds. */
const AGAIN_MS = 1000;

/** Keeps a copy of the engine's policies, read when it is first needed and again after each change. */
export function createPolicyBook(engine: PolicyEngine, clock: Clock): PolicyBook {
  let windows: ReadonlyMap<string, readonly PolicyWindow[]> | undefined;
  let spelled = remembered((path) => path.toLowerCase());
  let reading: Promise<void> | undefined;
  let failedMs = Number.NEGATIVE_INFINITY;
  let stop: (() => void) | undefined;

  const read = async (): Promise<void> => {
    stop ??= engine.onChange(() => void (reading = read()));
    try {
      const policies = await engine.policies.list();
      windows = new Map(policies.map((policy) => [policy.name, policy.windows]));
      const spellings = spellingsIn(policies);
      spelled = remembered((path) => spelledBy(spellings, path));
    } catch {
      // The engine says itself what holds while its store is away.
      failedMs = clock.now();
      reading = undefined;
    }
  };
  const look = (): Promise<void> => {
    if (reading === undefined && clock.now() - failedMs >= AGAIN_MS) reading = read();
    return reading ?? Promise.resolve();
  };
  return {
    ready: () => (windows === undefined || reading === undefined ? look() : undefined),
    async windowsOf(policy) {
      if (windows === undefined) await within(look, MOMENT_MS, clock);
      return windows?.get(policy);
    },
    spell(path) {
      if (reading === undefined) void look();
      return spelled(path);
    },
    close: () => stop?.(),
  };
}

/** Segments with capital letters that policies write, by their small letters. */
function spellingsIn(policies: readonly Policy[]): ReadonlyMap<string, string> {
  return new Map(
    policies
      .filter(({ scope }) => scope === "endpoint")
      .flatMap(({ values = [] }) => [values].flat())
      .flatMap((value) => value.slice(value.indexOf(" ") + 1).split("/"))
      .filter((segment) => segment !== segment.toLowerCase())
      .map((segment) => [segment.toLowerCase(), segment]),
  );
}

function spelledBy(spellings: ReadonlyMap<string, string>, path: string): string {
  const small = path.toLowerCase();
  if (spellings.size === 0) return small;
  return small
    .split("/")
    .map((segment) => spellings.get(segment) ?? segment)
    .join("/");
}
