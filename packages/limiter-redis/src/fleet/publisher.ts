import type { ObserveRequest, StoreCharge, Waiting } from "@sluice/limiter";
import { encodeSummary } from "./summary.js";
import { Tally, type WaitingIn } from "./tally.js";

/** Says now and then what this process does, for those who watch the fleet. Nothing depends on it. */
export interface Publisher {
  readonly tally: Tally;
  /** Called with every answer from the store: begins to say so, where it has not. */
  keep(): void;
  observed(request: ObserveRequest): void;
  watch(scope: string, waiting: () => readonly Waiting[]): () => void;
  stop(): void;
}

/** What a publisher needs of its store. */
export interface PublisherSurroundings {
  readonly peers: () => number;
  readonly keyOf: (scope: string, charge: Pick<StoreCharge, "bucket" | "limit">) => string;
  /** Writes the text, which is gone after that time; a failure is nobody's business. */
  readonly write: (text: string, lifetimeMs: number) => Promise<unknown>;
}

/** Between two summaries. Unit: milliseconds. */
const EVERY_MS = 1000;
/** For each process of the fleet, so that all together write no more than a hundred a second. Unit: milliseconds. */
const EVERY_PEER_MS = 10;

export function createPublisher({ peers, keyOf, write }: PublisherSurroundings): Publisher {
  const tally = new Tally(performance.now());
  const sources = new Map<() => readonly Waiting[], string>();
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;

  const everyMs = (): number => Math.max(EVERY_MS, peers() * EVERY_PEER_MS);
  const whoWaits = (): WaitingIn[] =>
    [...sources].flatMap(([source, scope]) =>
      source().map(({ charges, count }) => ({
        scope,
        keys: charges.map((charge) => [keyOf(scope, charge), charge.limit] as const),
        count,
      })),
    );
  const tick = (): void => {
    timer = undefined;
    if (stopped) return;
    const summary = tally.sum(performance.now(), whoWaits());
    write(encodeSummary(summary), everyMs() * 3).catch(() => {});
    // Who has nothing to tell has said so just now.
    if (!tally.silent || summary.buckets.length > 0) start();
  };
  const start = (): void => {
    timer ??= setTimeout(tick, everyMs()).unref();
  };
  return {
    tally,
    keep() {
      if (!stopped) start();
    },
    observed({ scope, refused }) {
      if (refused !== true) return;
      tally.throttled(scope, performance.now());
      start();
    },
    watch(scope, waiting) {
      sources.set(waiting, scope);
      return () => void sources.delete(waiting);
    },
    stop() {
      stopped = true;
      clearTimeout(timer);
    },
  };
}
