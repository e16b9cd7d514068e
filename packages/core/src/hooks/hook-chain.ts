import { anObject } from "../errors/ranges.js";
import { type Call, nextAttempt } from "../call/call.js";
import { type Clock, systemClock } from "../clock/clock.js";
import { ConfigError } from "../errors/config-error.js";
import { SluiceError } from "../errors/sluice-error.js";
import { type Composed, compose } from "./compose.js";
import { describeHooks } from "./describe.js";
import type { Hook, HookFailure, Next, Stage } from "./hook.js";
import type { HookSurroundings } from "./observe.js";
import { type ReplyReader, readReply } from "./reply.js";
import { warnOnce } from "./warn-once.js";

/** What a chain is made of. */
export interface HookChainOptions {
  /** In order; the first of each stage is outermost. */
  readonly hooks?: readonly Hook[];
  /**
   * Told when an `after` or `error` hook fails. The call is not affected, nor by a failure of this function.
   *
   * @defaultValue a process warning, once per hook and message
   */
  readonly onHookError?: (failure: HookFailure) => void;
  /** Reads status and headers from the vendor's results and errors. */
  readonly reply?: ReplyReader;
  readonly clock?: Clock;
}

/** Where a hook goes, by the name of another one of the same stage. */
export type HookPosition = { readonly before: string } | { readonly after: string };

/** An ordered chain of named hooks with two stages. */
export interface HookChain {
  /**
   * Adds a hook: innermost of its stage, or beside a named one.
   *
   * @throws SluiceError `HOOK_INVALID` for a missing or double name, or a position that names no hook of the same stage.
   */
  add(hook: Hook, position?: HookPosition): void;
  /** Takes a hook out; says whether it was there. */
  remove(name: string): boolean;
  /** Puts another hook in the place of a named one. */
  replace(name: string, hook: Hook): void;
  /** The hooks of a stage, outermost first. */
  list(stage: Stage): readonly Hook[];
  /** The order as text, outermost first. */
  describe(): string;
  /** Runs a stage around `transport`. Calls under way keep the hooks they began with. */
  run<Result>(stage: Stage, call: Call, transport: Next<Result>): Promise<Result>;
}

/**
 * Makes a hook chain.
 *
 * @throws SluiceError `HOOK_INVALID` for hooks without a name or with one name twice.
 */
export function createHookChain(options: HookChainOptions = {}): HookChain {
  anObject("options", options);
  const around: HookSurroundings = {
    clock: options.clock ?? systemClock,
    reply: options.reply ?? readReply,
    report: quietly(options.onHookError ?? warnAboutHooks()),
  };
  const stages: Record<Stage, Hook[]> = { call: [], attempt: [] };
  const composed: Record<Stage, Composed> = {
    call: compose([], "call", around),
    attempt: compose([], "attempt", around),
  };

  const rebuild = (stage: Stage, hooks: Hook[]): void => {
    stages[stage] = hooks;
    composed[stage] = compose(hooks, stage, around);
  };

  const add = (hook: Hook, position?: HookPosition): void => {
    check(hook);
    if (find(hook.name) !== undefined)
      throw new SluiceError("HOOK_INVALID", `There is already a hook named ${hook.name}; replace() changes it`);
    const stage = stageOf(hook);
    const hooks = [...stages[stage]];
    hooks.splice(position === undefined ? hooks.length : indexAt(hooks, stage, position), 0, hook);
    rebuild(stage, hooks);
  };

  const find = (name: string): Stage | undefined =>
    (["call", "attempt"] as const).find((stage) => stages[stage].some((hook) => hook.name === name));

  const chain: HookChain = {
    add,
    remove(name) {
      const stage = find(name);
      if (stage === undefined) return false;
      rebuild(
        stage,
        stages[stage].filter((hook) => hook.name !== name),
      );
      return true;
    },
    replace(name, hook) {
      check(hook);
      const stage = find(name);
      if (stage === undefined || stage !== stageOf(hook)) {
        throw new SluiceError(
          "HOOK_INVALID",
          `There is no hook named ${name} at the ${stageOf(hook)} stage to replace`,
        );
      }
      if (hook.name !== name && find(hook.name) !== undefined)
        throw new SluiceError("HOOK_INVALID", `There is already a hook named ${hook.name}`);
      rebuild(
        stage,
        stages[stage].map((old) => (old.name === name ? hook : old)),
      );
    },
    list: (stage) => stages[stage],
    describe: () => describeHooks(stages.call, stages.attempt),
    run: (stage, call, transport) => composed[stage](stage === "attempt" ? nextAttempt(call) : call, transport),
  };
  for (const hook of options.hooks ?? []) add(hook);
  return chain;
}

function stageOf(hook: Hook): Stage {
  return hook.stage ?? "attempt";
}

function check(hook: Hook): void {
  if (typeof hook?.name !== "string" || hook.name === "") {
    throw new SluiceError("HOOK_INVALID", "A hook needs a name, so that it can be printed, placed and replaced");
  }
  if (hook.stage !== undefined && hook.stage !== "call" && hook.stage !== "attempt") {
    throw new ConfigError({ option: `stage of hook ${hook.name}`, accepted: '"call" or "attempt"', value: hook.stage });
  }
  for (const kind of kinds) {
    if (hook[kind] !== undefined && typeof hook[kind] !== "function") {
      throw new ConfigError({ option: `${kind} of hook ${hook.name}`, accepted: "a function", value: hook[kind] });
    }
  }
  // A misspelt one would never be called: a veto that lets everything through.
  const other = Object.entries(hook).find(([key, value]) => !isKind(key) && typeof value === "function")?.[0];
  if (other !== undefined && kinds.every((kind) => hook[kind] === undefined))
    throw new SluiceError(
      "HOOK_INVALID",
      `Hook ${hook.name} has ${other}, which is none of ${kinds.join(", ")}: it would never be called`,
    );
}

const kinds = ["before", "after", "error", "wrap"] as const;

function isKind(key: string): boolean {
  return (kinds as readonly string[]).includes(key);
}

function indexAt(hooks: readonly Hook[], stage: Stage, position: HookPosition): number {
  const name = "before" in position ? position.before : position.after;
  const index = hooks.findIndex((hook) => hook.name === name);
  if (index === -1)
    throw new SluiceError("HOOK_INVALID", `There is no hook named ${name} at the ${stage} stage to place one beside`);
  return "before" in position ? index : index + 1;
}

/** A reporter that fails must not do what it reports about. */
function quietly(report: (failure: HookFailure) => void): (failure: HookFailure) => void {
  return (failure) => {
    try {
      report(failure);
    } catch {
      // Nobody is left to tell.
    }
  };
}

function warnAboutHooks(): (failure: HookFailure) => void {
  const warn = warnOnce();
  return ({ hook, kind, error }) => warn(`Hook ${hook} failed in ${kind}`, error);
}
