import type { StoreCharge, TakeReply } from "@sluice/limiter";
import type { RedisClient } from "../connection/client.js";
import { type ShortAnswer, take, tooLate } from "../scripts/take.js";
import type { Asked, Batch, ShortGroup, ShortQuestion } from "./batches.js";
import type { Keys } from "./keys.js";
import type { Knowledge } from "./knowledge.js";

/** What is needed to put questions. */
export interface PutSurroundings {
  readonly keys: Keys;
  readonly knowledge: Knowledge;
}

/** What came of a script call; to be handed out to those who asked. */
export interface PutBatch {
  readonly nowUs: number;
  readonly handOut: () => void;
}

/** Asks the questions of a batch in one script call. */
export async function putBatch(
  { keys, knowledge }: PutSurroundings,
  client: RedisClient,
  batch: Batch,
  deadlineUs: number,
): Promise<PutBatch | typeof tooLate> {
  const { scope } = batch;
  const keysOf = (charges: readonly StoreCharge[]): string[] => charges.map((charge) => keys.bucket(scope, charge));
  const short = batch.short.map(({ limit, cost, questions }) => ({
    limit,
    cost,
    questions: Array.from(questions.values(), ({ bucket, count }) => {
      const key = keys.bucket(scope, { bucket, limit });
      return { key, count, known: knowledge.of(key) };
    }),
  }));
  const long = batch.long.map(({ request }) => {
    const own = keysOf(request.charges);
    return { request, keys: own, known: own.map(knowledge.of) };
  });
  const done = await take(client, { short, long }, deadlineUs);
  if (done === tooLate) return tooLate;

  const { nowUs } = done;
  const handOut = (): void => {
    let place = 0;
    for (const [which, group] of batch.short.entries()) {
      let number = 0;
      for (const question of group.questions.values()) {
        const answer = done.short[place] as ShortAnswer;
        const key = short[which]?.questions[number]?.key ?? "";
        place += 1;
        number += 1;
        if (answer instanceof Error) for (const { reject } of question.askers) reject(answer);
        else {
          knowledge.learn(key, answer.known, answer.idleUs / 1000);
          share(nowUs, group, question, answer);
        }
      }
    }
    for (const [index, answer] of done.long.entries()) {
      const { resolve, reject } = batch.long[index] as Asked;
      if (answer instanceof Error) {
        reject(answer);
        continue;
      }
      const validMs = (answer.reply.idleUs - nowUs) / 1000;
      for (const [which, key] of (long[index]?.keys ?? []).entries())
        knowledge.learn(key, answer.known[which] ?? "", validMs);
      resolve(answer.reply);
    }
  };
  return { nowUs, handOut };
}

/** Hands out the units of a question to those who asked it, in order. */
function share(
  nowUs: number,
  { cost }: ShortGroup,
  { askers }: ShortQuestion,
  { nextUs, remaining, idleUs, units }: Exclude<ShortAnswer, Error>,
): void {
  let left = units;
  for (const { request, resolve } of askers) {
    const own = Math.min(left, request.count);
    left -= own;
    const reply: TakeReply = {
      nowUs,
      slots: own === 0 ? [] : [{ atUs: nowUs, units: own }],
      nextUs: nowUs + nextUs,
      binding: 0,
      remaining: remaining + left * cost,
      idleUs: nowUs + idleUs,
    };
    resolve(reply);
  }
}
