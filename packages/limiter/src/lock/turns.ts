/** Those of one process who want the same thing, one at a time, first come, first served. */
export interface Turns {
  /**
   * Queues up. `onTurn` runs at once when nobody else is there.
   *
   * @returns how to leave, from the queue or after one's turn; the next one's turn begins then. Harmless when repeated.
   */
  enter(name: string, onTurn: () => void): () => void;
}

export function createTurns(): Turns {
  const queues = new Map<string, Set<() => void>>();
  return {
    enter(name, onTurn) {
      const queue = queues.get(name) ?? new Set();
      queues.set(name, queue);
      // A function of its own, so that one caller may queue up twice.
      const place = (): void => onTurn();
      queue.add(place);
      if (queue.size === 1) place();
      return () => {
        const hadTurn = firstOf(queue) === place;
        if (!queue.delete(place)) return;
        if (queue.size === 0) queues.delete(name);
        else if (hadTurn) firstOf(queue)?.();
      };
    },
  };
}

function firstOf(queue: ReadonlySet<() => void>): (() => void) | undefined {
  for (const place of queue) return place;
  return undefined;
}
