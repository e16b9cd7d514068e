import type { StoreUnavailableError } from "@sluice/core";
import type { StandingRequest, StandingSight, TakeReply, TakeRequest, TokenBucketLimit } from "@sluice/limiter";
import type { RedisClient } from "../connection/client.js";
import * as scripts from "../generated/scripts.js";
import { pushCharge } from "./charge-arguments.js";
import { notUnderstood } from "./replies.js";
import { runScript } from "./run-script.js";
import { CONDUCT_FIGURES, pushConduct, pushStandings, readConduct, readStanding } from "./standing-arguments.js";

/** The script ran, but after its deadline, and did nothing. */
export class TooLate {
  /** @param nowUs - the store's clock; ours may have been wrong about it. */
  constructor(readonly nowUs: number) {}
}

/** Questions of one scope. */
export interface Questions {
  readonly short: readonly ShortQuestions[];
  readonly long: readonly LongQuestion[];
}

/** Short questions with equal numbers. */
export interface ShortQuestions {
  readonly limit: TokenBucketLimit;
  readonly cost: number;
  /** Conduct that counts in each of them, whoever it is about. */
  readonly standing: StandingRequest | undefined;
  readonly questions: readonly {
    readonly key: string;
    /** The key of the standing; only there where conduct counts. */
    readonly standingKey: string | undefined;
    readonly count: number;
    readonly known: string;
  }[];
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
      /** Where conduct counts. */
      readonly standing: StandingSight | undefined;
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
  return runScript<unknown>(client, scripts.take, keys, args).then((reply) => {
    const answers = decode(questions.short, reply);
    if (!(answers instanceof TooLate) && answers.long.length !== questions.long.length) throw unreadable();
    return answers;
  });
}

/** What the store's clock shows, in microseconds: take.lua without a question. @param key - says which server is asked. */
export function timeOf(client: RedisClient, key: string): Promise<number> {
  return runScript<unknown>(client, scripts.take, [key], NO_QUESTIONS).then((reply) => timeIn(figuresIn(reply)));
}

/** No deadline, and none of either kind. */
const NO_QUESTIONS = ["0", "0", "0"];

function encode({ short, long }: Questions, deadlineUs: number): { readonly keys: string[]; readonly args: string[] } {
  const keys: string[] = [];
  const args = [deadlineUs.toFixed(0), String(short.length)];
  for (const { limit, cost, standing, questions } of short) {
    args.push(rateOf(limit), String(limit.burst), String(cost), String(questions.length));
    args.push(standing === undefined ? "0" : "1");
    if (standing !== undefined) pushConduct(args, standing);
    for (const { key, standingKey, count, known } of questions) {
      keys.push(key);
      if (standingKey !== undefined) keys.push(standingKey);
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

/** Limits are the same object with every question; a rate has many digits, and writing them out takes its time. */
const rates = new WeakMap<TokenBucketLimit, string>();

function rateOf(limit: TokenBucketLimit): string {
  let rate = rates.get(limit);
  if (rate === undefined) rates.set(limit, (rate = String(limit.refillRate)));
  return rate;
}

/** A reply is one text where all answers are short, else a list that begins with it. */
function decode(asked: readonly ShortQuestions[], reply: unknown): Answers | TooLate {
  const [head, ...others] = Array.isArray(reply) ? (reply as readonly unknown[]) : [reply];
  if (head === "late") return new TooLate(Number(others[0]));
  const figures = figuresIn(head);
  const nowUs = timeIn(figures);
  // Those that took the long way are at the head of the others, and taken from there.
  const short = readShort(nowUs, asked, figures, others);
  return { nowUs, short, long: others.map((answer) => readLong(nowUs, answer)) };
}

function figuresIn(text: unknown): readonly string[] {
  if (typeof text !== "string") throw unreadable();
  return text.split(" ");
}

/** The first two figures say what the store's clock showed. */
function timeIn([seconds, micros]: readonly string[]): number {
  return numeric(seconds) * 1e6 + numeric(micros);
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

function readShort(
  nowUs: number,
  asked: readonly ShortQuestions[],
  figures: readonly string[],
  others: unknown[],
): ShortAnswer[] {
  const answers: ShortAnswer[] = [];
  let index = 2;
  for (const { standing, questions } of asked) {
    for (let question = 0; question < questions.length; question += 1) {
      const nextUs = numeric(figures[index]);
      if (nextUs < 0) {
        answers.push(shortened(readLong(nowUs, others.shift())));
        index += 1;
        continue;
      }
      answers.push(readFigures(nowUs, nextUs, figures, index, standing));
      index += FIGURES + (standing === undefined ? 0 : CONDUCT_FIGURES);
    }
  }
  if (index !== figures.length) throw unreadable();
  return answers;
}

function readFigures(
  nowUs: number,
  nextUs: number,
  figures: readonly string[],
  index: number,
  standing: StandingRequest | undefined,
): ShortAnswer {
  const idleUs = numeric(figures[index + 2]);
  return {
    nextUs,
    remaining: numeric(figures[index + 1]),
    idleUs,
    units: numeric(figures[index + 3]),
    known: `${figures[index + 4]}:${figures[index + 5]}:${nowUs + idleUs}:${nowUs}`,
    standing: standing === undefined ? undefined : conductIn(figures, index + FIGURES, standing),
  };
}

function conductIn(figures: readonly string[], index: number, { rules }: StandingRequest): StandingSight {
  return readConduct(numeric(figures[index]), numeric(figures[index + 1]), numeric(figures[index + 2]), rules);
}

function shortened(answer: LongAnswer): ShortAnswer {
  if (answer instanceof Error) return answer;
  const { nowUs, nextUs, remaining, idleUs, slots, standings } = answer.reply;
  return {
    nextUs: nextUs - nowUs,
    remaining,
    idleUs: idleUs - nowUs,
    units: slots[0]?.units ?? 0,
    known: answer.known[0] ?? "",
    standing: standings?.[0],
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
