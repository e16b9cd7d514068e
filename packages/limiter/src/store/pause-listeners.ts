import type { Pause } from "./store.js";

/** Who wants to hear of pauses, by scope. */
export interface PauseListeners {
  add(scope: string, listener: (pause: Pause) => void): () => void;
  tell(scope: string, pause: Pause): void;
  readonly scopes: number;
}

export function createPauseListeners(): PauseListeners {
  const byScope = new Map<string, Set<(pause: Pause) => void>>();
  return {
    add(scope, listener) {
      const listeners = byScope.get(scope) ?? new Set();
      byScope.set(scope, listeners.add(listener));
      return () => {
        listeners.delete(listener);
        if (listeners.size === 0) byScope.delete(scope);
      };
    },
    tell(scope, pause) {
      for (const listener of byScope.get(scope) ?? []) listener(pause);
    },
    get scopes() {
      return byScope.size;
    },
  };
}
