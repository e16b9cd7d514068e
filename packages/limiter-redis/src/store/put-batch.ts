import type { StoreCharge, TakeReply } from "@sluice/limiter";
import type { RedisClient } from "../connection/client.js";
import type { Tally } from "../fleet/tally.js";
import { type Answers, type LongQuestion, type Questions, type ShortAnswer, take, TooLate } from "../scripts/take.js";
import type { Asked, Batch, ShortGroup, ShortQuestion } from "./batches.js";
import type { Keys } from "./keys.js";
import type { Knowledge } from "./knowledge.js";

/** What is needed to put questions. */
export interface PutSurroundings {
  readonly keys: Keys;
  readonly knowledge: Knowledge;
  readonly tally: Tally;
}

/**
 * Asks the questions of a batch in one script call. What comes back hands the answers out to those who asked.
 *
 * @param deadlineUs - on the store's clock, in microseconds.
 */
export function putBatch(
  { keys, knowledge, tally }: PutSurroundings,
  client: RedisClient,
  batch: Batch,
  deadlineUs: number,
): Promise<Answered | TooLate> {
  const { scope } = batch;
  const askedMs = performance.now();
  const short = batch.short.map(({ limit, cost, standing, questions }) => {
    const named: { key: string; standingKey: string | undefined; count: number; known: string }[] = [];
    for (const { bucket, subject, count } of questions.values()) {
      const key = keys.bucket(scope, { bucket, limit });
      const standingKey = subject === undefined ? undefined : keys.standing(scope, subject);
      named.push({ key, standingKey, count, known: knowledge.of(key, askedMs) });
    }
    return { limit, cost, standing, questions: named };
  });
  const long = batch.long.map(({ request }) => {
    const own = request.charges.map((charge: StoreCharge) => keys.bucket(scope, charge));
    const known = own.map((key) => knowledge.of(key, askedMs));
    const subjects = (request.standings ?? []).map(({ subject }) => keys.standing(scope, subject));
    return { request, keys: [...own, ...subjects], known };
  });
  return take(client, { short, long }, deadlineUs).then((answers) =>
    answers instanceof TooLate ? answers : new Answered(batch, { short, long }, answers, knowledge, tally),
  );
}

/** The answers of one script call. */
export class Answered {
  constructor(
    readonly batch: Batch,
    readonly questions: Questions,
    readonly answers: Answers,
    readonly knowledge: Knowledge,
    readonly tally: Tally,
  ) {}

  get nowUs(): number {
    return this.answers.nowUs;
  }

  /** Tells everybody, and keeps what was learned. */
  handOut(): void {
    const heardMs = performance.now();
    this.#handOutShort(heardMs);
    for (const [index, answer] of this.answers.long.entries()) {
      const { resolve, reject } = this.batch.long[index] as Asked;
      if (answer instanceof Error) {
        reject(answer);
        continue;
      }
      const untilMs = heardMs + (answer.reply.idleUs - this.nowUs) / 1000;
      // The keys of standings follow those of the charges.
      const { keys } = this.questions.long[index] as LongQuestion;
      for (const [which, known] of answer.known.entries()) this.knowledge.learn(keys[which] as string, known, untilMs);
      this.#countLong(index, answer.reply);
      resolve(answer.reply);
    }
  }

  #handOutShort(heardMs: number): void {
    let place = 0;
    let granted = 0;
    let denied = 0;
    for (const [which, group] of this.batch.short.entries()) {
      const named = this.questions.short[which]?.questions ?? [];
      let number = 0;
      for (const question of group.questions.values()) {
        const answer = this.answers.short[place] as ShortAnswer;
        const key = named[number]?.key ?? "";
        place += 1;
        number += 1;
        if (answer instanceof Error) {
          for (const { reject } of question.askers) reject(answer);
          continue;
        }
        this.knowledge.learn(key, answer.known, heardMs + answer.idleUs / 1000);
        const refused = Math.max(0, question.count - answer.units);
        granted += answer.units;
        denied += refused;
        this.tally.bucket(key, group.limit, answer.units, refused);
        share(this.nowUs, group, question, answer);
      }
    }
    if (granted + denied > 0) this.tally.scope(this.batch.scope, granted, denied);
  }

  /** Who waits is not refused; a look is neither. */
  #countLong(index: number, { slots, binding }: TakeReply): void {
    const { request, keys } = this.questions.long[index] as LongQuestion;
    if (request.peek) return;
    let granted = 0;
    for (const { units } of slots) granted += units;
    const refused = granted === 0 && request.waiting !== true ? request.count : 0;
    if (granted + refused === 0) return;
    for (const [which, { limit }] of request.charges.entries())
      this.tally.bucket(keys[which] as string, limit, granted, which === binding ? refused : 0);
    this.tally.scope(request.scope, granted, refused);
  }
}

/** Hands out the units of a question to those who asked it, in order. */
function share(
  nowUs: number,
  { cost }: ShortGroup,
  { askers }: ShortQuestion,
  { nextUs, remaining, idleUs, units, standing }: Exclude<ShortAnswer, Error>,
): void {
  let left = units;
  for (const { request, resolve } of askers) {
    const own = Math.min(left, request.count);
    left -= own;
    const slots = own === 0 ? none : [{ atUs: nowUs, units: own }];
    const next = nowUs + nextUs;
    const after = remaining + left * cost;
    // Field by field, and each kind at once: with a spread, making a reply takes as long as all the rest.
    const reply: TakeReply =
      standing === undefined
        ? { nowUs, slots, nextUs: next, binding: 0, remaining: after, idleUs: nowUs + idleUs }
        : { nowUs, slots, nextUs: next, binding: 0, remaining: after, idleUs: nowUs + idleUs, standings: [standing] };
    resolve(reply);
  }
}

const none: TakeReply["slots"] = [];
