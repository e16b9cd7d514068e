// One process that asks everybody in turns whether a user's request may go on.
import { nextTurn, nowUs, sleep } from "../clock.js";
import { serve } from "../children/serve.js";
import { type InboundDecider, openDeciders } from "./deciders.js";
import { usersNamed } from "./policies.js";

const users = usersNamed("user-", 100);
let deciders: readonly InboundDecider[] = [];

/** How much is asked. */
export interface LatencyEffort {
  readonly rounds: number;
  readonly calls: number;
}

const handlers = {
  /** Opens everybody; returns their names, and which of them are ours. */
  async open({ url }: { url: string }): Promise<{ name: string; ours: boolean; asksEach: boolean }[]> {
    deciders = await openDeciders(url);
    return deciders.map(({ name, ours, asksEach = false }) => ({ name, ours, asksEach }));
  },

  /** Microseconds of every call, one list a round, in the order of the names. */
  async measure({ rounds, calls, inFlight }: LatencyEffort & { inFlight: number }): Promise<number[][][]> {
    const took = deciders.map((): number[][] => []);
    // Round -1 warms up.
    for (let round = -1; round < rounds; round += 1) {
      for (let turn = 0; turn < deciders.length; turn += 1) {
        const index = (turn + Math.max(0, round)) % deciders.length;
        const decider = deciders[index] as InboundDecider;
        const figures = await time(decider, calls, inFlight);
        if (decider.settleMs !== undefined) await sleep(decider.settleMs);
        if (round >= 0) took[index]?.push(figures);
      }
    }
    return took;
  },
};
export type InboundLatencyHandlers = typeof handlers;
serve(handlers);

async function time({ name, decide }: InboundDecider, calls: number, inFlight: number): Promise<number[]> {
  const took: number[] = [];
  let asked = 0;
  const asker = async (): Promise<void> => {
    while (asked < calls) {
      const user = users[asked % users.length] as string;
      asked += 1;
      const startedUs = nowUs();
      const allowed = await decide(user);
      took.push(nowUs() - startedUs);
      // Every request comes in a turn of its own.
      await nextTurn();
      if (!allowed) throw new Error(`${name} said no far below the limit`);
    }
  };
  await Promise.all(Array.from({ length: inFlight }, asker));
  return took;
}
