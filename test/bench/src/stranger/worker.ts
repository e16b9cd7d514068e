// One process that calls a provider through one peer, and tells the peer what the provider answers.
import { serve } from "../children/serve.js";
import { sleep } from "../clock.js";
import type { Place, Waiter } from "../peers/peer.js";
import { loadPeer } from "../peers/registry.js";

/** No limiter at all: every caller obeys Retry-After for itself. */
const NOBODY = "nothing";

const nobody: Waiter = { wait: async () => ({}), close: () => {} };
let waiter: Waiter = nobody;

const handlers = {
  async prepare({
    name,
    place,
    bound,
  }: {
    name: string;
    place: Place;
    bound: { readonly refillRate: number; readonly burst: number };
  }): Promise<void> {
    if (name === NOBODY) return;
    const opened = await (await loadPeer(name)).waiting?.(place, bound);
    if (opened === undefined) throw new Error(`${name} does not wait`);
    waiter = opened;
    await waiter.ready?.();
  },

  /** Callers that call again as soon as they have been answered, until the process is killed. */
  call({ url, callers }: { url: string; callers: number }): void {
    for (let caller = 0; caller < callers; caller += 1) void callForEver(url);
  },
};
export type StrangerHandlers = typeof handlers;
serve(handlers);

async function callForEver(url: string): Promise<never> {
  for (;;) {
    const { answered } = await waiter.wait();
    const response = await fetch(url);
    await response.arrayBuffer();
    const refused = response.status === 429;
    const retryAfterMs = Number(response.headers.get("retry-after") ?? 0) * 1000;
    await answered?.({ refused, retryAfterMs });
    if (refused) await sleep(retryAfterMs);
  }
}
