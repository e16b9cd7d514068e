import type { ObserveRequest, StoreCharge, Waiting } from "@sluice/limiter";
import { encodeSummary, type Summary } from "./summary.js";
import { REMEMBERED_MS, Tally, type WaitingIn } from "./tally.js";

/** Says now and then what this process does, for those who watch the fleet. Nothing depends on it. */
export interface Publisher {
  readonly tally: Tally;
  /** Called with every answer from the store: begins to say so, where it has not. */
  keep(): void;
  observed(request: ObserveRequest): void;
  watch(scope: string, waiting: () => readonly Waiting[]): () => void;
  /** Says, where there was anything to say, that nothing goes on here any more; its buckets stay known for a while. Never rejects. */
  close(): Promise<void>;
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
  let told = false;

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
    told = true;
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
    async close() {
      if (stopped) return;
      stopped = true;
      clearTimeout(timer);
      const summary = atRest(tally.sum(performance.now(), []));
      if (told || summary.buckets.length > 0) await write(encodeSummary(summary), REMEMBERED_MS).catch(() => {});
    },
  };
}

/** The same of a process that has ended. What a provider refused within the last minute, it did refuse. */
function atRest({ intervalMs, scopes, buckets }: Summary): Summary {
  const still = { granted: 0, refused: 0, waiting: 0 };
  return {
    intervalMs,
    scopes: new Map([...scopes].flatMap(([scope, of]) => (of.throttled > 0 ? [[scope, { ...of, ...still }]] : []))),
    buckets: buckets.map((bucket) => ({ ...bucket, ...still })),
  };
}
