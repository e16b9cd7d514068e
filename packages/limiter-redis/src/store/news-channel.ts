import { createListeners, type Pause } from "@sluice/limiter";

/** What processes tell each other: pauses that began, and buckets whose places were released. */
export interface NewsChannel {
  onPause(scope: string, listener: (pause: Pause) => void): () => void;
  onRelease(scope: string, listener: (buckets: readonly string[]) => void): () => void;
  /** What the others are told; read by their listeners. */
  encodePause(pause: Pause): string;
  encodeRelease(buckets: readonly string[]): string;
  close(): void;
}

/** Listens from when the first limiter wants to hear. */
export function createNewsChannel(
  listen: (channel: string, listener: (message: string) => void) => () => void,
  channelOf: (scope: string) => string,
): NewsChannel {
  const pauses = createListeners<Pause>();
  const releases = createListeners<readonly string[]>();
  const heard = new Map<string, () => void>();

  // Without a connection pauses still hold whoever asks the store; only those booked for the next moments miss them.
  const subscribe = (scope: string): void => {
    if (heard.has(scope)) return;
    const stop = listen(channelOf(scope), (message) => {
      const news = decode(message);
      if (news === undefined) return;
      if (news.pauseMs === undefined) releases.tell(scope, news.buckets);
      else pauses.tell(scope, { buckets: news.buckets, pauseMs: news.pauseMs });
    });
    heard.set(scope, stop);
  };
  return {
    onPause(scope, listener) {
      subscribe(scope);
      return pauses.add(scope, listener);
    },
    onRelease(scope, listener) {
      subscribe(scope);
      return releases.add(scope, listener);
    },
    encodePause: ({ buckets, pauseMs }) => JSON.stringify({ buckets, pauseMs }),
    encodeRelease: (buckets) => JSON.stringify({ buckets }),
    close() {
      for (const stop of heard.values()) stop();
      heard.clear();
    },
  };
}

/** Anybody with access to the store may publish, so nothing is taken on trust. */
function decode(
  message: string,
): { readonly buckets: readonly string[]; readonly pauseMs: number | undefined } | undefined {
  try {
    const { buckets, pauseMs } = JSON.parse(message) as Partial<Pause>;
    if (!Array.isArray(buckets) || !buckets.every((bucket) => typeof bucket === "string")) return undefined;
    if (pauseMs === undefined) return { buckets, pauseMs };
    return typeof pauseMs === "number" && pauseMs > 0 ? { buckets, pauseMs: Math.min(pauseMs, 86_400_000) } : undefined;
  } catch {
    return undefined;
  }
}
