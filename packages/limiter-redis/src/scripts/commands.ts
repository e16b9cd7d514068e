import type { GiveBackRequest, ObserveRequest, StandingRules, StandingSight } from "@sluice/limiter";
import type { RedisClient } from "../connection/client.js";
import * as scripts from "../generated/scripts.js";
import { pushCharge } from "./charge-arguments.js";
import { checkReply } from "./replies.js";
import { runScript } from "./run-script.js";
import { readStanding, standingRules } from "./standing-arguments.js";

/** Runs give-back.lua; returns the store's clock, in microseconds. */
export async function giveBack(
  client: RedisClient,
  keys: readonly string[],
  request: GiveBackRequest,
  freed: { readonly channel: string; readonly message: string },
): Promise<number> {
  const args = unitArguments(request, [freed.channel, freed.message, request.loan?.holder ?? ""]);
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
    request.remainingForMs === undefined ? "-1" : Math.ceil(request.remainingForMs * 1000).toFixed(0),
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
  return checkReply(await runScript(client, scripts.presence, [key], [name, String(lifetimeMs * 1000)]));
}

/** Runs standings.lua to read. */
export async function standings(
  client: RedisClient,
  keys: readonly string[],
  rules: StandingRules,
): Promise<readonly StandingSight[]> {
  const reply = await runScript(client, scripts.standings, keys, ["read", ...standingRules(rules)]);
  return reply.slice(1).map(readStanding);
}

/** Runs standings.lua to forgive; returns the store's clock, in microseconds. */
export async function forgive(client: RedisClient, keys: readonly string[]): Promise<number> {
  return checkReply(await runScript(client, scripts.standings, keys, ["forgive"]));
}

/** Runs refill.lua; says how many of the buckets were there. */
export async function refill(client: RedisClient, keys: readonly string[]): Promise<number> {
  return checkReply(await runScript(client, scripts.refill, keys, []));
}

/** Names units one by one, as the scripts about them expect. */
export function unitArguments({ id, units, charges }: GiveBackRequest, extra: readonly string[] = []): string[] {
  const args = [String(units.length), id, ...extra];
  for (const { atUs, unit } of units) args.push(atUs.toFixed(0), String(unit));
  for (const charge of charges) pushCharge(args, charge, "");
  return args;
}
