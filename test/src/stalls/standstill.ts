/** For how long this process, or the server that it asks, stood still: what comes late by that does not come late. */
export interface Standstill extends Disposable {
  /** In all, up to this moment. Unit: milliseconds. */
  readonly totalMs: number;
}

/** Between two questions. Unit: milliseconds. */
const EVERY_MS = 10;
/** A question and its timer take so much longer where nothing stands still. Unit: milliseconds. */
const GRAIN_MS = 20;

/**
 * Watches from now on.
 *
 * @param ask - puts a short question to the server, over a connection of its own.
 */
export function watchStandstill(ask: () => Promise<unknown>): Standstill {
  const state = { open: true };
  let totalMs = 0;
  let sinceMs = performance.now();
  const lateMs = (): number => Math.max(0, performance.now() - sinceMs - EVERY_MS - GRAIN_MS);
  const watch = async (): Promise<void> => {
    while (state.open) {
      sinceMs = performance.now();
      await ask().catch(() => {});
      await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
      totalMs += lateMs();
    }
  };
  void watch();
  return {
    get totalMs() {
      return totalMs + lateMs();
    },
    [Symbol.dispose]: () => void (state.open = false),
  };
}
