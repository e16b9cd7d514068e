// One process that decides with one peer over Redis, as fast as it can.
import { nowUs } from "../clock.js";
import { serve } from "../children/serve.js";
import type { Decider } from "../peers/peer.js";
import { loadPeer } from "../peers/registry.js";
import { endless } from "./endless.js";

/** How the decisions are put. */
export interface Load {
  readonly inFlight: number;
  readonly keys: number;
  readonly sliceMs: number;
}

let decider: Decider | undefined;

const handlers = {
  async open({ name, url }: { name: string; url: string }): Promise<void> {
    decider = await (await loadPeer(name)).redis?.({ url, bucket: name, processes: 1 }, endless);
  },

  /** Keeps so many decisions in flight for a slice of time, and then waits for the last of them. */
  async slice({ inFlight, keys, sliceMs }: Load): Promise<{ done: number; tookS: number }> {
    const { decide, mostInFlight = inFlight } = decider as Decider;
    const startedUs = nowUs();
    let done = 0;
    let started = 0;
    await Promise.all(
      Array.from({ length: Math.min(inFlight, mostInFlight) }, async () => {
        while (nowUs() - startedUs < sliceMs * 1000) {
          started += 1;
          if (!(await decide(`key ${started % keys}`))) throw new Error("an endless bucket said no");
          done += 1;
        }
      }),
    );
    return { done, tookS: (nowUs() - startedUs) / 1e6 };
  },
};
export type ThroughputHandlers = typeof handlers;
serve(handlers);
