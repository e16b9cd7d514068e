import { type BreakerView, createListeners } from "@sluice/limiter";
import { decodeMessage } from "./replies.js";

/** Changes of breakers, told between processes. */
export interface ChangeChannel {
  /** Returns the way to stop. Who hears nothing learns of changes by reports. */
  listen(channel: string, listener: (view: BreakerView) => void): () => void;
}

/** Listens from when the first breaker is used. */
export function createChangeChannel(
  subscribe: (channel: string, listener: (message: string) => void) => () => void,
): ChangeChannel {
  const listeners = createListeners<BreakerView>();
  /** How to stop, and for how many. */
  const heard = new Map<string, { readonly stop: () => void; listeners: number }>();
  return {
    listen(channel, listener) {
      let entry = heard.get(channel);
      if (entry === undefined) {
        const stop = subscribe(channel, (message) => {
          const view = decodeMessage(message);
          if (view !== undefined) listeners.tell(channel, view);
        });
        entry = { stop, listeners: 0 };
        heard.set(channel, entry);
      }
      const one = entry;
      one.listeners += 1;
      const stop = listeners.add(channel, listener);
      return () => {
        stop();
        one.listeners -= 1;
        if (one.listeners > 0 || heard.get(channel) !== one) return;
        heard.delete(channel);
        one.stop();
      };
    },
  };
}
