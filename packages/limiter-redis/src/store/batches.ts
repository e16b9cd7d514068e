import type { TakeReply, TakeRequest, TokenBucketLimit } from "@sluice/limiter";

/** One who asks. */
export interface Asked {
  readonly request: TakeRequest;
  readonly resolve: (reply: TakeReply | Promise<TakeReply>) => void;
  readonly reject: (error: unknown) => void;
}

/** All who ask the same of one token bucket in one turn, now or no: one question, answered first come, first served. */
export interface ShortQuestion {
  readonly bucket: string;
  count: number;
  readonly askers: Asked[];
}

/** Short questions about token buckets with equal numbers. */
export interface ShortGroup {
  readonly limit: TokenBucketLimit;
  readonly cost: number;
  readonly questions: Map<string, ShortQuestion>;
}

/** What travels in one script call. */
export interface Batch {
  readonly scope: string;
  readonly short: readonly ShortGroup[];
  readonly long: readonly Asked[];
}

/** Most questions in one script call, so that the server is never busy for more than a few milliseconds. */
const MOST_QUESTIONS = 256;

class OpenBatch implements Batch {
  readonly short: ShortGroup[] = [];
  readonly long: Asked[] = [];
  #questions = 0;

  constructor(readonly scope: string) {}

  get full(): boolean {
    return this.#questions >= MOST_QUESTIONS;
  }

  add(asked: Asked): void {
    const { charges, count, ahead, peek, loan, standings } = asked.request;
    const [charge, second] = charges;
    const short = second === undefined && ahead === 0 && !peek && loan === undefined && standings === undefined;
    if (!short || charge?.limit.kind !== "tokenBucket") {
      this.#questions += 1;
      this.long.push(asked);
      return;
    }
    const { questions } = this.#group(charge.limit, charge.cost);
    const question = questions.get(charge.bucket);
    if (question === undefined) {
      this.#questions += 1;
      questions.set(charge.bucket, { bucket: charge.bucket, count, askers: [asked] });
    } else {
      question.count += count;
      question.askers.push(asked);
    }
  }

  #group(limit: TokenBucketLimit, cost: number): ShortGroup {
    for (const group of this.short) if (group.limit === limit && group.cost === cost) return group;
    const group = { limit, cost, questions: new Map<string, ShortQuestion>() };
    this.short.push(group);
    return group;
  }
}

/** Collects the questions of one turn of the event loop; those of one scope travel in one script call. */
export function createBatches(send: (batch: Batch) => void): { ask(request: TakeRequest): Promise<TakeReply> } {
  const endOfTurn = createEndOfTurn();
  let open: OpenBatch[] = [];
  const flush = (): void => {
    const batches = open;
    open = [];
    for (const batch of batches) send(batch);
  };
  const batchOf = (scope: string): OpenBatch => {
    for (let index = open.length - 1; index >= 0; index -= 1) {
      const batch = open[index] as OpenBatch;
      if (batch.scope === scope && !batch.full) return batch;
    }
    if (open.length === 0) endOfTurn(flush);
    const batch = new OpenBatch(scope);
    open.push(batch);
    return batch;
  };
  return {
    ask: (request) =>
      new Promise((resolve, reject) => {
        batchOf(request.scope).add({ request, resolve, reject });
      }),
  };
}

/** Everybody who asked. */
export function askersOf({ short, long }: Batch): Asked[] {
  return [...short.flatMap(({ questions }) => [...questions.values()].flatMap(({ askers }) => askers)), ...long];
}

/**
 * After all that the present piece of work set going has run, promises included. What comes later in the same turn of the event loop, as from
 * the other sockets of a busy server, waits for the turn's end and travels together.
 */
function createEndOfTurn(): (callback: () => void) => void {
  let sent = false;
  const turnOver = (): void => {
    sent = false;
  };
  return (callback) => {
    if (sent) {
      setImmediate(callback);
      return;
    }
    sent = true;
    setImmediate(turnOver);
    queueMicrotask(() => process.nextTick(callback));
  };
}
