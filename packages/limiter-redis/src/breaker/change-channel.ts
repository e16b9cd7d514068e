import { type BreakerView, createListeners } from "@sluice/limiter";
import { openListener, type RedisClient } from "../connection/client.js";
import { decodeMessage } from "./replies.js";

/** Changes of breakers, told between processes. */
export interface ChangeChannel {
  /** Returns the way to stop. */
  listen(channel: string, listener: (view: BreakerView) => void): () => void;
  close(): void;
}

/** Listens on a connection of its own, opened when the first breaker is used. */
export function createChangeChannel(client: () => RedisClient): ChangeChannel {
  const listeners = createListeners<BreakerView>();
  /** Listeners by channel. */
  const heard = new Map<string, number>();
  let connection: RedisClient | undefined;
  let closed = false;

  const open = (): RedisClient => {
    const opened = openListener(client());
    opened.on("message", (channel: string, message: string) => {
      const view = decodeMessage(message);
      if (view !== undefined) listeners.tell(channel, view);
    });
    return opened;
  };
  // Who hears nothing learns of changes by reports.
  const quietly = (command: Promise<unknown>): void => void command.catch(() => {});
  return {
    listen(channel, listener) {
      if (closed) return () => {};
      const before = heard.get(channel) ?? 0;
      heard.set(channel, before + 1);
      if (before === 0) quietly((connection ??= open()).subscribe(channel));
      const stop = listeners.add(channel, listener);
      return () => {
        stop();
        const left = (heard.get(channel) ?? 1) - 1;
        if (left > 0) heard.set(channel, left);
        else if (heard.delete(channel) && !closed && connection !== undefined) {
          quietly(connection.unsubscribe(channel));
        }
      };
    },
    close() {
      closed = true;
      connection?.disconnect();
    },
  };
}
