import type { Cell } from "../families/cell.js";
import type { Families } from "../families/families.js";
import { type StoreMode, storeModes } from "../families/store-mode.js";

/** Counts the clients of a provider by where their limits are kept. */
export interface StoreClients {
  /** One more client, in no mode as yet. */
  open(): StoreClient;
}

/** One client among them. */
export interface StoreClient {
  /** Is in this mode from now on, and in no other. */
  set(mode: StoreMode): void;
  /** Is in no mode any more, for good; the second time does nothing. */
  release(): void;
}

interface Series {
  readonly cell: Cell;
  count: number;
  /** What of the cell's value is from here. */
  shown: number;
}

/** Opens the series of one provider: all modes at once, so that 0 is seen where nobody is. */
export function openStoreClients(families: Families, provider: string): StoreClients {
  const series = new Map<StoreMode, Series>();
  for (const mode of storeModes)
    series.set(mode, { cell: families.storeMode.cell({ provider, mode }), count: 0, shown: 0 });

  // At a scrape rather than at each change: who is where is still so after the registry's values were reset. Added and not set,
  // since a second copy of this package may count in the same series.
  families.storeMode.onCollect(() => {
    for (const one of series.values()) {
      one.cell.add(one.count - (one.cell.used ? one.shown : 0));
      one.shown = one.count;
    }
  });

  return {
    open() {
      let at: Series | undefined;
      let over = false;
      const move = (to: Series | undefined): void => {
        if (at !== undefined) at.count -= 1;
        if (to !== undefined) to.count += 1;
        at = to;
      };
      return {
        set(mode) {
          const to = series.get(mode);
          // A store may still tell of itself while its client closes.
          if (to !== undefined && !over) move(to);
        },
        release() {
          over = true;
          move(undefined);
        },
      };
    },
  };
}
