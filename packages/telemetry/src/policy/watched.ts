import type { Clock } from "@sluice/core";
import type { Families } from "../families/families.js";
import { engineModes, listed, overrideKinds, scopes } from "./closed-lists.js";
import type { EngineLike, OverrideLike, PolicyLike } from "./engine-like.js";

/** An engine that is watched: what it said last. */
export interface Watched {
  readonly engine: EngineLike;
  policies: ReadonlyMap<string, PolicyLike>;
  overrides: readonly OverrideLike[];
  /** Whether it is being asked: an engine that waits for its store is not asked twice. */
  asking: boolean;
  /** Whether it changed since it was last asked: what is on its way may not tell. */
  changed: boolean;
}

/** The engines of a registry whose state is exported. */
export interface WatchList {
  add(engine: EngineLike): () => void;
  /** A policy of any of them. */
  find(policy: string): PolicyLike | undefined;
}

const lists = new WeakMap<Families, WatchList>();

/** The one of a registry. */
export function watchListOf(families: Families, clock: Clock): WatchList {
  let list = lists.get(families);
  if (list === undefined) {
    list = create(families, clock);
    lists.set(families, list);
  }
  return list;
}

function create(families: Families, clock: Clock): WatchList {
  const watched = new Set<Watched>();

  const showPolicies = (): void => {
    if (watched.size === 0) return;
    for (const scope of scopes)
      for (const mode of ["enforce", "shadow"]) set(families.activeLimits, { scope, mode }, 0);
    for (const { engine, policies } of watched) {
      for (const policy of policies.values()) {
        const mode = modeOf(policy, engine.mode);
        const scope = listed(scopes, policy.scope, "global");
        if (mode !== "disabled") families.activeLimits.cell({ scope, mode }).add(1);
      }
    }
  };

  const showOverrides = (): void => {
    if (watched.size === 0) return;
    const nowMs = clock.wallNow();
    const holding = [...watched].flatMap(({ overrides }) => overrides.filter(({ untilMs }) => untilMs > nowMs));
    for (const kind of overrideKinds) {
      const own = holding.filter((one) => one.kind === kind);
      set(families.overrides, { kind }, own.length);
      if (own.length === 0) families.overrideEnd.remove({ kind });
      else set(families.overrideEnd, { kind }, Math.min(...own.map(({ untilMs }) => untilMs)) / 1000);
    }
  };

  families.activeLimits.onCollect(showPolicies);
  families.overrides.onCollect(showOverrides);
  families.copyAge.onCollect(() => {
    if (watched.size > 0)
      set(families.copyAge, {}, Math.max(...[...watched].map(({ engine }) => engine.copyAgeMs)) / 1000);
    // A scrape waits for no store: it shows what is known, and what is asked now is there for the next.
    for (const one of watched) void refresh(one);
  });

  return {
    add(engine) {
      const one: Watched = { engine, policies: new Map(), overrides: [], asking: false, changed: false };
      watched.add(one);
      const stop = engine.onChange(() => {
        one.changed = true;
        void refresh(one);
      });
      void refresh(one);
      return () => {
        watched.delete(one);
        stop();
      };
    },
    find(policy) {
      for (const { policies } of watched) {
        const found = policies.get(policy);
        if (found !== undefined) return found;
      }
      return undefined;
    },
  };
}

/** What a policy does under an engine's own mode. */
function modeOf(policy: PolicyLike, engineMode: string): (typeof engineModes)[number] {
  const whole = listed(engineModes, engineMode, "enforce");
  if (policy.enabled === false || whole === "disabled") return "disabled";
  const own = listed(engineModes, policy.mode ?? "enforce", "enforce");
  return own === "enforce" ? whole : own;
}

async function refresh(one: Watched): Promise<void> {
  if (one.asking) return;
  one.asking = true;
  one.changed = false;
  try {
    const [policies, overrides] = await Promise.all([one.engine.policies.list(), one.engine.overrides.list()]);
    one.policies = new Map(policies.map((policy) => [policy.name, policy]));
    one.overrides = overrides;
  } catch {
    // The store is away: what was known last is shown, and its age beside it.
  } finally {
    one.asking = false;
  }
  if (one.changed) await refresh(one);
}

function set(family: Families["overrides"], labels: Readonly<Record<string, string>>, value: number): void {
  family.cell(labels).set(value);
}
