import type { FakeClock } from "@sluice/core/testing";
import type { BreakerStore } from "./store.js";

/** A store that is a way off: a command arrives after half the time, and its answer after the other half. */
export function remote(store: BreakerStore, latencyMs: number, clock: FakeClock): BreakerStore {
  const wait = (): Promise<void> => new Promise((resolve) => void clock.setTimer(resolve, latencyMs / 2));
  const far =
    <Args extends unknown[], Value>(step: (...args: Args) => Value | Promise<Value>) =>
    async (...args: Args): Promise<Value> => {
      await wait();
      const value = await step(...args);
      await wait();
      return value;
    };
  return {
    report: far(store.report),
    probe: far(store.probe),
    settle: far(store.settle),
    force: far(store.force),
    onChange: store.onChange,
    close: store.close,
  };
}
