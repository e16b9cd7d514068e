/** A cap on requests in flight of one client. */
export interface Places {
  /** Takes a free place, or says that there is none. */
  tryEnter(): boolean;
  /** Waits for a place, first come, first served; rejects with the signal's reason. */
  enter(signal: AbortSignal): Promise<void>;
  leave(): void;
}

/** @param most - `Infinity` for no cap. */
export function createPlaces(most: number): Places {
  let taken = 0;
  const waiting: (() => void)[] = [];
  return {
    tryEnter() {
      if (taken >= most || waiting.length > 0) return false;
      taken += 1;
      return true;
    },
    enter(signal) {
      if (taken < most && waiting.length === 0) {
        taken += 1;
        return Promise.resolve();
      }
      return new Promise((resolve, reject) => {
        const onAbort = (): void => {
          waiting.splice(waiting.indexOf(onPlace), 1);
          reject(signal.reason);
        };
        const onPlace = (): void => {
          signal.removeEventListener("abort", onAbort);
          resolve();
        };
        if (signal.aborted) {
          reject(signal.reason);
          return;
        }
        signal.addEventListener("abort", onAbort, { once: true });
        waiting.push(onPlace);
      });
    },
    leave() {
      const next = waiting.shift();
      // A place handed on stays taken.
      if (next === undefined) taken -= 1;
      else next();
    },
  };
}
