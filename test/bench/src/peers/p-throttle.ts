import pThrottle from "p-throttle";
import { type Peer, windowOf } from "./peer.js";

const nothing = (): void => {};

/** One throttled function a key; it waits and never says no. */
export const pThrottlePeer: Peer = {
  name: "p-throttle",
  memory(bound) {
    const { limit, windowMs } = windowOf(bound);
    const throttled = new Map<string, () => Promise<unknown>>();
    return {
      onlyWaits: true,
      async decide(key) {
        let run = throttled.get(key);
        if (run === undefined) {
          run = pThrottle({ limit, interval: windowMs })(async () => nothing());
          throttled.set(key, run);
        }
        await run();
        return true;
      },
      close: () => throttled.clear(),
    };
  },
};
