import { checkStore } from "./check-store.js";
import type { RedisClient } from "./client.js";

/** What is wrong with a store though it answers. Each text is told once: to those who listen, else as a process warning. */
export interface StoreWarnings {
  /** Looks at the store once for each prefix, as soon as there is a connection. Nothing waits for it. */
  look(client: RedisClient, prefix: string): void;
  tell(message: string): void;
  /** Returns the way to stop. */
  listen(listener: (message: string) => void): () => void;
  stop(): void;
}

export function createStoreWarnings(): StoreWarnings {
  const told = new Set<string>();
  const listeners = new Set<(message: string) => void>();
  const looked = new Set<string>();
  const stops = new Set<() => void>();
  let stopped = false;

  const tell = (message: string): void => {
    if (stopped || told.has(message)) return;
    told.add(message);
    for (const listener of listeners) listener(message);
    if (listeners.size === 0) process.emitWarning(message, { type: "SluiceWarning", code: "SLUICE_STORE" });
  };
  return {
    tell,
    look(client, prefix) {
      if (looked.has(prefix)) return;
      looked.add(prefix);
      const stop = (): void => {
        stops.delete(stop);
        client.off("ready", check);
      };
      const check = (): void => {
        checkStore(client, prefix).then(
          (messages) => {
            stop();
            for (const message of messages) tell(message);
          },
          // It went away meanwhile; the next connection is looked at.
          () => {},
        );
      };
      stops.add(stop);
      client.on("ready", check);
      if (client.status === "ready") check();
    },
    listen(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    stop() {
      stopped = true;
      for (const stop of stops) stop();
    },
  };
}
