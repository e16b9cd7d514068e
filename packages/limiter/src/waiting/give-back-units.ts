import type { Store, StoreCharge } from "../store/store.js";
import type { Unit } from "./waiter.js";

/** Gives units back that nobody will use, one command for each question they came from. Nobody waits for it. */
export function giveBackUnits(
  { store, scope }: { readonly store: Store; readonly scope: string },
  charges: readonly StoreCharge[],
  units: readonly Unit[],
): void {
  for (const id of new Set(units.map((unit) => unit.id))) {
    const ours = units.filter((unit) => unit.id === id).map(({ atUs, unit }) => ({ atUs, unit }));
    void quietly(() => store.giveBack({ scope, charges, id, units: ours }));
  }
}

/** Units that cannot be given back are lost, never granted twice; the store speaks for itself. */
async function quietly(act: () => void | Promise<void>): Promise<void> {
  try {
    await act();
  } catch {
    // Nobody is left to tell.
  }
}
