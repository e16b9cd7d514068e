import type { Call } from "../call/call.js";
import type { Hook, Next, Stage } from "./hook.js";
import { type HookSurroundings, observe } from "./observe.js";

/** A stage made ready to run: everything is a wrap underneath. */
export type Composed = <Result>(call: Call, transport: Next<Result>) => Promise<Result>;

type Wrap = <Result>(next: Next<Result>, call: Call) => Promise<Result>;

/** Nests the hooks, first one outermost, around whatever transport a run brings. */
export function compose(hooks: readonly Hook[], stage: Stage, around: HookSurroundings): Composed {
  const wraps = hooks.map((hook) => asWrap(hook, stage, around));
  return (call, transport) => dispatch(wraps, 0, call, transport);
}

function dispatch<Result>(wraps: readonly Wrap[], index: number, call: Call, transport: Next<Result>): Promise<Result> {
  const wrap = wraps[index];
  try {
    if (wrap !== undefined) return promised(wrap((next) => dispatch(wraps, index + 1, next, transport), call));
    // A hook may have taken its time: nothing leaves for a caller who is gone.
    call.signal.throwIfAborted();
    call.progress.sent = true;
    return promised(transport(call));
  } catch (error) {
    // A transport or wrap that throws before it has made a promise fails like any other.
    return Promise.reject(error);
  }
}

/** JavaScript callers may return a plain value where a promise is due. Promises stay what they are, their own methods included. */
function promised<Result>(made: Promise<Result>): Promise<Result> {
  return made instanceof Promise ? made : Promise.resolve(made);
}

function asWrap(hook: Hook, stage: Stage, around: HookSurroundings): Wrap {
  const { before, wrap } = hook;
  const inner: Wrap = wrap === undefined ? (next, call) => next(call) : (next, call) => wrap(next, call);
  const observed: Wrap =
    hook.after === undefined && hook.error === undefined
      ? inner
      : (next, call) => observe(hook, stage, around, call, (current) => inner(next, current));
  if (before === undefined) return observed;
  return async (next, call) => {
    const changed = await before(call);
    return observed(next, isCall(changed) ? changed : call);
  };
}

/** A `before` may return nothing, and JavaScript callers may return anything. */
function isCall(value: unknown): value is Call {
  return typeof value === "object" && value !== null && "progress" in value;
}
