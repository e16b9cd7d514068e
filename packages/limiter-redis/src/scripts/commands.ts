import { StoreUnavailableError } from "@sluice/core";
import type { GiveBackRequest, ObserveRequest, StoreCharge, TakeReply, TakeRequest } from "@sluice/limiter";
import type { RedisClient } from "../connection/client.js";
import * as scripts from "../generated/scripts.js";
import { runScript } from "./run-script.js";

/** The script ran, but after its deadline, and did nothing. */
export const tooLate = Symbol("too late");

/** Runs take.lua. @param deadlineUs - on the store's clock, in microseconds; 0 for none. */
export async function take(
  client: RedisClient,
  keys: readonly string[],
  request: TakeRequest,
  deadlineUs: number,
): Promise<TakeReply | typeof tooLate> {
  const within = Number.isFinite(request.withinMs) ? Math.floor(request.withinMs * 1000) : -1;
  const reply = await runScript(client, scripts.take, keys, [
    request.peek ? "1" : "0",
    String(request.count),
    String(request.ahead),
    String(request.group),
    String(within),
    deadlineUs.toFixed(0),
    request.id,
    ...chargeArguments(request.charges),
  ]);
  if (reply[0] === "late") return tooLate;
  checkReply(reply);
  const [, now, next, binding, remaining, idle, ...slots] = reply;
  return {
    nowUs: Number(now),
    nextUs: Number(next),
    binding: Number(binding),
    remaining: Number(remaining),
    idleUs: Number(idle),
    slots: Array.from({ length: slots.length / 2 }, (_, index) => ({
      atUs: Number(slots[index * 2]),
      units: Number(slots[index * 2 + 1]),
    })),
  };
}

/** Runs give-back.lua; returns the store's clock, in microseconds. */
export async function giveBack(
  client: RedisClient,
  keys: readonly string[],
  request: GiveBackRequest,
): Promise<number> {
  return checkReply(await runScript(client, scripts.giveBack, keys, unitArguments(request)));
}

/** Runs landed.lua; returns the store's clock, in microseconds. */
export async function landed(client: RedisClient, keys: readonly string[], request: GiveBackRequest): Promise<number> {
  return checkReply(await runScript(client, scripts.landed, keys, unitArguments(request)));
}

/** Runs observe.lua; returns the store's clock, in microseconds. */
export async function observe(
  client: RedisClient,
  keys: readonly string[],
  request: ObserveRequest,
  word: { id: string; channel: string; message: string },
): Promise<number> {
  const pauseUs = Math.ceil(request.pauseMs * 1000).toFixed(0);
  const remaining = request.remaining === undefined ? "-1" : String(request.remaining);
  return checkReply(
    await runScript(client, scripts.observe, keys, [
      pauseUs,
      remaining,
      word.id,
      word.channel,
      word.message,
      ...chargeArguments(request.charges),
    ]),
  );
}

/** Runs presence.lua; says how many processes are alive. */
export async function presence(client: RedisClient, key: string, name: string, lifetimeMs: number): Promise<number> {
  const reply = await runScript(client, scripts.presence, [key], [name, String(lifetimeMs * 1000)]);
  return Number(reply[1]);
}

function unitArguments({ id, units, charges }: GiveBackRequest): string[] {
  return [
    String(units.length),
    id,
    ...units.flatMap(({ atUs, unit }) => [atUs.toFixed(0), String(unit)]),
    ...chargeArguments(charges),
  ];
}

function chargeArguments(charges: readonly StoreCharge[]): string[] {
  return charges.flatMap(({ limit, cost }) =>
    limit.kind === "tokenBucket"
      ? ["t", String(limit.refillRate), String(limit.burst), String(cost)]
      : ["w", String(limit.limit), String(limit.windowMs * 1000), String(cost)],
  );
}

function checkReply(reply: readonly string[]): number {
  if (reply[0] === "ok") return Number(reply[1]);
  throw new StoreUnavailableError(
    `Redis holds something that this version does not understand: ${reply[1] ?? "no reason given"}`,
  );
}
