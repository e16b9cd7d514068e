import type { StoreUnavailableError } from "@sluice/core";
import type { StandingRequest, TakeReply, TakeRequest, TokenBucketLimit } from "@sluice/limiter";
import type { RedisClient } from "../connection/client.js";
import * as scripts from "../generated/scripts.js";
import { pushCharge } from "./charge-arguments.js";
import { notUnderstood } from "./replies.js";
import { runScript } from "./run-script.js";
import { pushStandings, readStanding } from "./standing-arguments.js";

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

/** A question with the keys of its charges and standings, and what this process last knew of each of their buckets. */
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

/** A figure of an answer; what is none must never count as tokens. */
function numeric(value: unknown): number {
  const figure = Number(value ?? Number.NaN);
  if (Number.isNaN(figure)) throw unreadable();
  return figure;
}

function unreadable(): Error {
  return new Error("The store's answer has another shape than expected");
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
  return runScript(client, scripts.take, keys, args).then((reply) => {
    const answers = decode(reply);
    if (answers instanceof TooLate) return answers;
    const short = questions.short.reduce((sum, group) => sum + group.questions.length, 0);
    if (answers.short.length !== short || answers.long.length !== questions.long.length) throw unreadable();
    return answers;
  });
}

/** What the store's clock shows, in microseconds: take.lua without a question. @param key - says which server is asked. */
export function timeOf(client: RedisClient, key: string): Promise<number> {
  return runScript(client, scripts.take, [key], NO_QUESTIONS).then(([now]) => numeric(now));
}

/** No deadline, and none of either kind. */
const NO_QUESTIONS = ["0", "0", "0"];

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
  const nowUs = numeric(now);
  if (!Array.isArray(figures)) throw unreadable();
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
  pushStandings(args, request.standings ?? none);
}

const none: readonly StandingRequest[] = [];

function readShort(nowUs: number, figures: readonly unknown[], others: unknown[]): ShortAnswer[] {
  const answers: ShortAnswer[] = [];
  for (let index = 0; index < figures.length; index += FIGURES) {
    const nextUs = numeric(figures[index]);
    if (nextUs < 0) {
      answers.push(shortened(readLong(nowUs, others.shift())));
      continue;
    }
    const idleUs = numeric(figures[index + 2]);
    answers.push({
      nextUs,
      remaining: numeric(figures[index + 1]),
      idleUs,
      units: numeric(figures[index + 3]),
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
  const [next, binding, remaining, idle, known, standings, least, ...slots] = answer as readonly unknown[];
  if (next === "refused") return notUnderstood(binding);
  const reply: TakeReply = {
    nowUs,
    nextUs: nowUs + numeric(next),
    binding: numeric(binding),
    remaining: numeric(remaining),
    idleUs: nowUs + numeric(idle),
    slots: Array.from({ length: slots.length / 2 }, (_, index) => ({
      atUs: nowUs + numeric(slots[index * 2]),
      units: numeric(slots[index * 2 + 1]),
    })),
    standings: (standings as readonly unknown[]).map(readStanding),
    least: Number(least),
  };
  return { reply, known: known as readonly string[] };
}
