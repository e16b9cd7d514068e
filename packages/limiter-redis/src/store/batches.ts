import type { StandingRequest, TakeReply, TakeRequest, TokenBucketLimit } from "@sluice/limiter";

/** One who asks. */
export interface Asked {
  readonly request: TakeRequest;
  readonly resolve: (reply: TakeReply | Promise<TakeReply>) => void;
  readonly reject: (error: unknown) => void;
}

/** All who ask the same of one token bucket in one turn, now or no: one question, answered first come, first served. */
export interface ShortQuestion {
  readonly bucket: string;
  /** Whose conduct counts, where any does. */
  readonly subject: string | undefined;
  count: number;
  readonly askers: Asked[];
}

/** Short questions about token buckets with equal numbers, and equal rules where conduct counts. */
export interface ShortGroup {
  readonly limit: TokenBucketLimit;
  readonly cost: number;
  /** Of one of those who ask; all but its subject is the same for all. */
  readonly standing: StandingRequest | undefined;
  readonly questions: Map<string, ShortQuestion>;
}

/** What travels in one script call. */
export interface Batch {
  readonly scope: string;
  readonly short: readonly ShortGroup[];
  readonly long: readonly Asked[];
}

/** Most short questions in one script call, so that the server is never busy for more than a few milliseconds; and what a long one counts as. */
const MOST_QUESTIONS = 256;
const LONG_ONE = 2;

class OpenBatch implements Batch {
  readonly short: ShortGroup[] = [];
  readonly long: Asked[] = [];
  #questions = 0;

  constructor(readonly scope: string) {}

  get full(): boolean {
    return this.#questions >= MOST_QUESTIONS;
  }

  add(asked: Asked): void {
    if (this.#addShort(asked)) return;
    this.#questions += LONG_ONE;
    this.long.push(asked);
  }

  /** Now or no, about one token bucket and one standing at most; false where more is asked. */
  #addShort(asked: Asked): boolean {
    const { charges, count, ahead, peek, loan, standings } = asked.request;
    const charge = charges[0];
    if (charges.length !== 1 || charge?.limit.kind !== "tokenBucket" || ahead !== 0 || peek || loan !== undefined)
      return false;
    const standing = standings?.[0];
    if (standing !== undefined && (standings?.length !== 1 || count !== 1 || standing.charges.length !== 1))
      return false;
    const { bucket } = charge;
    const subject = standing?.subject;
    const { questions } = this.#group(charge.limit, charge.cost, standing);
    const question = questions.get(bucket);
    if (question === undefined) {
      this.#questions += 1;
      questions.set(bucket, { bucket, subject, count, askers: [asked] });
      return true;
    }
    if (question.subject !== subject) return false;
    question.count += count;
    question.askers.push(asked);
    return true;
  }

  #group(limit: TokenBucketLimit, cost: number, standing: StandingRequest | undefined): ShortGroup {
    for (const group of this.short)
      if (group.limit === limit && group.cost === cost && sameConduct(group.standing, standing)) return group;
    const group = { limit, cost, standing, questions: new Map<string, ShortQuestion>() };
    this.short.push(group);
    return group;
  }
}

/** Whether conduct counts alike in both. */
function sameConduct(one: StandingRequest | undefined, other: StandingRequest | undefined): boolean {
  if (one === other) return true;
  if (one === undefined || other === undefined || one.rules !== other.rules || one.penalty !== other.penalty)
    return false;
  const [own, its] = [one.charges[0], other.charges[0]];
  return own?.burst === its?.burst && own?.elastic === its?.elastic;
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
