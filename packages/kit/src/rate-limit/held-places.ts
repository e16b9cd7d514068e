import type { Clock, Timer } from "@sluice/core";
import type { Charge, Grant } from "@sluice/limiter";

/** Places of concurrency limits, held for as long as an attempt runs. */
export interface HeldPlaces {
  /** Frees them, and stops renewing. */
  end(): void;
}

const none: HeldPlaces = { end: () => {} };

/**
 * Renews the places of a grant three times in each lease, so that a long attempt keeps its own and a killed process soon loses it.
 * Who cannot be renewed because the store is away goes on: the request is out already.
 */
export function holdPlaces(grant: Grant | undefined, charges: readonly Charge[], clock: Clock): HeldPlaces {
  const leases = charges.flatMap(({ limit }) => (limit.kind === "concurrency" ? [limit.leaseMs] : []));
  if (grant === undefined || leases.length === 0) return none;
  const everyMs = Math.min(...leases) / 3;
  let ended = false;
  let timer: Timer;
  const arm = (): void => {
    timer = clock.setTimer(() => void renew(), everyMs);
    timer.unref();
  };
  const renew = async (): Promise<void> => {
    await quietly(() => grant.renew());
    if (!ended) arm();
  };
  arm();
  return {
    end() {
      ended = true;
      timer.cancel();
      void quietly(() => grant.release());
    },
  };
}

/** The store says itself that it is away; the lease ends without it. */
async function quietly(act: () => Promise<unknown>): Promise<void> {
  try {
    await act();
  } catch {
    // Nobody is left to tell.
  }
}
