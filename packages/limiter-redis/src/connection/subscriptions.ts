import { openListener, type RedisClient } from "./client.js";
import { closeClient } from "./sentinels.js";

/** Channels that a process listens to over one connection, which is opened when the first one is wanted. */
export interface Subscriptions {
  /** Calls back with every message. Returns the way to stop. */
  listen(channel: string, listener: (message: string) => void, onRefused: (error: unknown) => void): () => void;
  close(): void;
}

/** What was missed while disconnected stays missed, so nothing may depend on hearing it. */
export function createSubscriptions(client: () => RedisClient): Subscriptions {
  const listeners = new Map<string, Set<(message: string) => void>>();
  let connection: RedisClient | undefined;
  let closed = false;
  let again = false;

  const open = (): RedisClient => {
    const opened = openListener(client());
    opened.on("message", (channel: string, message: string) => {
      for (const listener of listeners.get(channel) ?? []) listener(message);
    });
    // The first time, what was asked for meanwhile is sent by the client itself; a cluster's subscribes again by itself.
    opened.on("ready", () => {
      if (again && !opened.isCluster && listeners.size > 0) quietly(opened.subscribe(...listeners.keys()));
      again = true;
    });
    // What was asked for meanwhile was given back then.
    opened.on("end", () => (again = true));
    return opened;
  };
  const quietly = (command: Promise<unknown>): void => void command.catch(() => {});
  return {
    listen(channel, listener, onRefused) {
      if (closed) return () => {};
      const held = listeners.get(channel);
      if (held === undefined) {
        listeners.set(channel, new Set([listener]));
        (connection ??= open()).subscribe(channel).catch((error: unknown) => {
          // Given back with a connection that was refused, perhaps, and then asked for on the next one.
          again = true;
          onRefused(error);
        });
      } else held.add(listener);
      return () => {
        const left = listeners.get(channel);
        if (left?.delete(listener) !== true || left.size > 0) return;
        listeners.delete(channel);
        if (!closed && connection !== undefined) quietly(connection.unsubscribe(channel));
      };
    },
    close() {
      closed = true;
      listeners.clear();
      if (connection !== undefined) closeClient(connection);
    },
  };
}
