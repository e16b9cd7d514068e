import type { Clock } from "@sluice/core";
import type { DecidesLike, DecisionLike } from "./engine-like.js";

/** The same object, of which two methods tell how long they took. What throws is not timed: nothing was decided. */
export function timed<Engine extends DecidesLike>(
  engine: Engine,
  clock: Clock,
  tell: (decision: DecisionLike, tookMs: number) => void,
): Engine {
  const check: DecidesLike["check"] = async (identity, options) => {
    const startedMs = clock.now();
    const decision = await engine.check(identity, options);
    tell(decision, clock.now() - startedMs);
    return decision;
  };
  const checkSync: NonNullable<DecidesLike["checkSync"]> = (identity, options) => {
    const startedMs = clock.now();
    const decision = engine.checkSync?.(identity, options);
    if (decision !== undefined) tell(decision, clock.now() - startedMs);
    return decision;
  };
  const own = new Map<PropertyKey, unknown>([["check", check]]);
  if (engine.checkSync !== undefined) own.set("checkSync", checkSync);
  // Everything else, getters among it, is the engine's own.
  return new Proxy(engine, { get: (target, key) => own.get(key) ?? (Reflect.get(target, key, target) as unknown) });
}
