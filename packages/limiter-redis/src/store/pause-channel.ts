import { createPauseListeners, type Pause } from "@sluice/limiter";
import { openListener, type RedisClient } from "../connection/client.js";

/** Pauses told between processes. */
export interface PauseChannel {
  listen(scope: string, listener: (pause: Pause) => void): () => void;
  /** What the others are told; read by their `listen`. */
  encode(pause: Pause): string;
  close(): void;
}

/** Listens on a connection of its own, opened when the first waiter wants to hear of pauses. */
export function createPauseChannel(client: () => RedisClient, channelOf: (scope: string) => string): PauseChannel {
  const listeners = createPauseListeners();
  const scopes = new Map<string, string>();
  let connection: RedisClient | undefined;

  const open = (): RedisClient => {
    const opened = openListener(client());
    opened.on("message", (channel: string, message: string) => {
      const scope = scopes.get(channel);
      const pause = decode(message);
      if (scope !== undefined && pause !== undefined) listeners.tell(scope, pause);
    });
    return opened;
  };
  return {
    listen(scope, listener) {
      const channel = channelOf(scope);
      if (!scopes.has(channel)) {
        scopes.set(channel, scope);
        connection ??= open();
        // Without a connection pauses still hold whoever asks the store; only those booked for the next moments miss them.
        connection.subscribe(channel).catch(() => scopes.delete(channel));
      }
      return listeners.add(scope, listener);
    },
    encode: ({ buckets, pauseMs }) => JSON.stringify({ buckets, pauseMs }),
    close: () => connection?.disconnect(),
  };
}

/** Anybody with access to the store may publish, so nothing is taken on trust. */
function decode(message: string): Pause | undefined {
  try {
    const { buckets, pauseMs } = JSON.parse(message) as Partial<Pause>;
    const good =
      Array.isArray(buckets) &&
      buckets.every((bucket) => typeof bucket === "string") &&
      typeof pauseMs === "number" &&
      pauseMs > 0;
    return good ? { buckets, pauseMs: Math.min(pauseMs, 86_400_000) } : undefined;
  } catch {
    return undefined;
  }
}
