import type { StoreUnavailableError } from "@sluice/core";
import type { TakeReply, TakeRequest, TokenBucketLimit } from "@sluice/limiter";
import type { RedisClient } from "../connection/client.js";
import * as scripts from "../generated/scripts.js";
import { pushCharge } from "./charge-arguments.js";
import { notUnderstood } from "./replies.js";
import { runScript } from "./run-script.js";

/** The script ran, but after its deadline, and did nothing. */
export class TooLate {
  /** @param nowUs - the store's clock; ours may have been wrong about it. */
  constructor(readonly nowUs: number) {}
}

/** Questions of one scope. */
export interface Questions {
  readonly short: readonly {
    readonly limit: TokenBucketLimit;
    readonly cost: number;
    readonly questions: readonly { readonly key: string; readonly count: number; readonly known: string }[];
  }[];
  readonly long: readonly LongQuestion[];
}

/** A question with the keys of its charges, and what this process last knew of each of their buckets. */
export interface LongQuestion {
  readonly request: TakeRequest;
  readonly keys: readonly string[];
  readonly known: readonly string[];
}

/** The answer to a short question; instants in microseconds from now. */
export type ShortAnswer =
  | {
      readonly nextUs: number;
      readonly remaining: number;
      readonly idleUs: number;
      readonly units: number;
      readonly known: string;
    }
  | StoreUnavailableError;

/** The answer to a long question; what is now known of its buckets, by charge. */
export type LongAnswer = { readonly reply: TakeReply; readonly known: readonly string[] } | StoreUnavailableError;

/** All answers, in the order of the questions. */
export interface Answers {
  readonly nowUs: number;
  readonly short: readonly ShortAnswer[];
  readonly long: readonly LongAnswer[];
}

/** Figures of a short answer. */
const FIGURES = 6;

/**
 * Runs take.lua.
 *
 * @param deadlineUs - on the store's clock, in microseconds; 0 for none.
 */
export function take(client: RedisClient, questions: Questions, deadlineUs: number): Promise<Answers | TooLate> {
  const { keys, args } = encode(questions, deadlineUs);
  return runScript(client, scripts.take, keys, args).then(decode);
}

function encode({ short, long }: Questions, deadlineUs: number): { readonly keys: string[]; readonly args: string[] } {
  const keys: string[] = [];
  const args = [deadlineUs.toFixed(0), String(short.length)];
  for (const { limit, cost, questions } of short) {
    args.push(String(limit.refillRate), String(limit.burst), String(cost), String(questions.length));
    for (const { key, count, known } of questions) {
      keys.push(key);
      args.push(String(count), known);
    }
  }
  args.push(String(long.length));
  for (const question of long) {
    keys.push(...question.keys);
    pushQuestion(args, question);
  }
  return { keys, args };
}

function decode([now, figures, ...others]: readonly unknown[]): Answers | TooLate {
  if (now === "late") return new TooLate(Number(figures));
  const nowUs = Number(now);
  // Those that took the long way are at the head of the others, and taken from there.
  const short = readShort(nowUs, figures as readonly unknown[], others);
  return { nowUs, short, long: others.map((answer) => readLong(nowUs, answer)) };
}

function pushQuestion(args: string[], { request, known }: LongQuestion): void {
  const { peek, waiting, count, ahead, group, withinMs, id, loan, charges } = request;
  args.push(
    peek ? "1" : waiting === true ? "2" : "0",
    String(count),
    String(ahead),
    String(group),
    Number.isFinite(withinMs) ? String(Math.floor(withinMs * 1000)) : "-1",
    id,
    loan === undefined ? "" : `${loan.holder}:${loan.unspent}:${Math.ceil(loan.leaseMs * 1000)}`,
    String(charges.length),
  );
  for (const [index, charge] of charges.entries()) pushCharge(args, charge, known[index] ?? "");
}

function readShort(nowUs: number, figures: readonly unknown[], others: unknown[]): ShortAnswer[] {
  const answers: ShortAnswer[] = [];
  for (let index = 0; index < figures.length; index += FIGURES) {
    const nextUs = Number(figures[index]);
    if (nextUs < 0) {
      answers.push(shortened(readLong(nowUs, others.shift())));
      continue;
    }
    const idleUs = Number(figures[index + 2]);
    answers.push({
      nextUs,
      remaining: Number(figures[index + 1]),
      idleUs,
      units: Number(figures[index + 3]),
      known: `${Number(figures[index + 4])}:${Number(figures[index + 5])}:${nowUs + idleUs}`,
    });
  }
  return answers;
}

function shortened(answer: LongAnswer): ShortAnswer {
  if (answer instanceof Error) return answer;
  const { nowUs, nextUs, remaining, idleUs, slots } = answer.reply;
  return {
    nextUs: nextUs - nowUs,
    remaining,
    idleUs: idleUs - nowUs,
    units: slots[0]?.units ?? 0,
    known: answer.known[0] ?? "",
  };
}

function readLong(nowUs: number, answer: unknown): LongAnswer {
  const [next, binding, remaining, idle, known, ...slots] = answer as readonly unknown[];
  if (next === "refused") return notUnderstood(binding);
  const reply: TakeReply = {
    nowUs,
    nextUs: nowUs + Number(next),
    binding: Number(binding),
    remaining: Number(remaining),
    idleUs: nowUs + Number(idle),
    slots: Array.from({ length: slots.length / 2 }, (_, index) => ({
      atUs: nowUs + Number(slots[index * 2]),
      units: Number(slots[index * 2 + 1]),
    })),
  };
  return { reply, known: known as readonly string[] };
}
