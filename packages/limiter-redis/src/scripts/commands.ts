import { StoreUnavailableError } from "@sluice/core";
import type { GiveBackRequest, Limit, ObserveRequest, StoreCharge, TakeReply, TakeRequest } from "@sluice/limiter";
import type { RedisClient } from "../connection/client.js";
import * as scripts from "../generated/scripts.js";
import { runScript } from "./run-script.js";

/** The script ran, but after its deadline, and did nothing. */
export const tooLate = Symbol("too late");

/** A question with the keys of its charges, and what this process last knew of each of their buckets. */
export interface Question {
  readonly request: TakeRequest;
  readonly keys: readonly string[];
  readonly known: readonly string[];
}

/** The answer to a question; what is now known of its buckets, by charge. */
export interface Answer {
  readonly reply: TakeReply;
  readonly known: readonly string[];
}

/**
 * Runs take.lua for questions of one scope.
 *
 * @param deadlineUs - on the store's clock, in microseconds; 0 for none.
 */
export async function take(
  client: RedisClient,
  questions: readonly Question[],
  deadlineUs: number,
): Promise<readonly (Answer | StoreUnavailableError)[] | typeof tooLate> {
  const args = [deadlineUs.toFixed(0), String(questions.length)];
  const keys: string[] = [];
  for (const question of questions) {
    keys.push(...question.keys);
    pushQuestion(args, question);
  }
  const [now, ...answers] = await runScript(client, scripts.take, keys, args);
  if (now === "late") return tooLate;
  const nowUs = Number(now);
  return answers.map((answer) => readAnswer(nowUs, answer as readonly unknown[]));
}

/** Runs give-back.lua; returns the store's clock, in microseconds. */
export async function giveBack(
  client: RedisClient,
  keys: readonly string[],
  request: GiveBackRequest,
  freed: { readonly channel: string; readonly message: string },
): Promise<number> {
  const args = unitArguments(request, [freed.channel, freed.message]);
  return checkReply(await runScript(client, scripts.giveBack, keys, args));
}

/** Runs landed.lua; returns the store's clock, in microseconds. */
export async function landed(client: RedisClient, keys: readonly string[], request: GiveBackRequest): Promise<number> {
  return checkReply(await runScript(client, scripts.landed, keys, unitArguments(request)));
}

/** Runs renew.lua; says whether all places were still held. */
export async function renew(client: RedisClient, keys: readonly string[], request: GiveBackRequest): Promise<boolean> {
  const reply = await runScript(client, scripts.renew, keys, unitArguments(request));
  checkReply(reply);
  return reply[2] === "1";
}

/** Runs observe.lua; returns the store's clock, in microseconds. */
export async function observe(
  client: RedisClient,
  keys: readonly string[],
  request: ObserveRequest,
  word: { readonly id: string; readonly channel: string; readonly message: string },
): Promise<number> {
  const args = [
    Math.ceil(request.pauseMs * 1000).toFixed(0),
    request.remaining === undefined ? "-1" : String(request.remaining),
    request.refused === true ? "1" : "0",
    word.id,
    word.channel,
    word.message,
  ];
  for (const charge of request.charges) pushCharge(args, charge, "");
  return checkReply(await runScript(client, scripts.observe, keys, args));
}

/** Runs presence.lua; says how many processes are alive. */
export async function presence(client: RedisClient, key: string, name: string, lifetimeMs: number): Promise<number> {
  const reply = await runScript(client, scripts.presence, [key], [name, String(lifetimeMs * 1000)]);
  return Number(reply[1]);
}

function pushQuestion(args: string[], { request, known }: Question): void {
  const { peek, waiting, count, ahead, group, withinMs, id, charges } = request;
  args.push(
    peek ? "1" : waiting === true ? "2" : "0",
    String(count),
    String(ahead),
    String(group),
    Number.isFinite(withinMs) ? String(Math.floor(withinMs * 1000)) : "-1",
    id,
    String(charges.length),
  );
  for (const [index, charge] of charges.entries()) pushCharge(args, charge, known[index] ?? "");
}

function readAnswer(nowUs: number, answer: readonly unknown[]): Answer | StoreUnavailableError {
  if (answer[0] === "refused") return notUnderstood(answer[1]);
  const [next, binding, remaining, idle, known, ...slots] = answer;
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

export function unitArguments({ id, units, charges }: GiveBackRequest, extra: readonly string[] = []): string[] {
  const args = [String(units.length), id, ...extra];
  for (const { atUs, unit } of units) args.push(atUs.toFixed(0), String(unit));
  for (const charge of charges) pushCharge(args, charge, "");
  return args;
}

function pushCharge(args: string[], { limit, cost }: StoreCharge, known: string): void {
  const [kind, first, second] = numbers(limit);
  args.push(kind, String(first), String(second), String(cost), known);
}

function numbers(limit: Limit): readonly [kind: string, first: number, second: number] {
  switch (limit.kind) {
    case "tokenBucket":
      return ["t", limit.refillRate, limit.burst];
    case "leakyBucket":
      return ["l", limit.rate, 1];
    case "concurrency":
      return ["c", limit.max, limit.leaseMs * 1000];
    default:
      return [windowKinds[limit.kind], limit.limit, limit.windowMs * 1000];
  }
}

const windowKinds = { slidingWindow: "w", fixedWindow: "f", slidingWindowCounter: "s" } as const;

function checkReply(reply: readonly unknown[]): number {
  if (reply[0] === "ok") return Number(reply[1]);
  throw notUnderstood(reply[1]);
}

function notUnderstood(reason: unknown): StoreUnavailableError {
  return new StoreUnavailableError(
    `Redis holds something that this version does not understand: ${typeof reason === "string" ? reason : "no reason given"}`,
  );
}
