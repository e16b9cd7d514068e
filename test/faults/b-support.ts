import { createLimiter, type Decision, type Limiter, tokenBucket } from "@sluice/limiter";
import { type OnStoreError, redisStore, type RedisStore, type StoreEvent } from "@sluice/limiter-redis";
import { type RedisServer, say } from "@sluice/test/redis-server";
import { setTimeout as rest } from "node:timers/promises";
import { timed, type Took } from "../src/stalls/index.js";

/** The wait for one answer that every call here is promised, and what the promise allows on top. Unit: milliseconds. */
const DEADLINE_MS = 500;
/** Longest call: the deadline, its 50 ms, and what a busy machine with a dozen servers adds. Unit: milliseconds. */
export const LONGEST_MS = DEADLINE_MS + 50 + 100;

/** For answers, where the fault is not about their time: a busy machine is none of these. Unit: milliseconds. */
export const PATIENT_MS = 5000;

/** So slow that what is counted does not come back during a test. */
export const counted = { bucket: "counted", limit: tokenBucket({ refillRate: 1e-3, burst: 100_000 }) };

/** A process of a fleet, as far as Redis can tell. */
export interface Member extends AsyncDisposable {
  readonly store: RedisStore;
  readonly events: readonly StoreEvent[];
  limiter(account?: string): Limiter;
}

/** What a member may be told. */
export interface MemberOptions {
  readonly url: string;
  /** @defaultValue `"closed"`: a call that the store did not answer shows as an error. */
  readonly mode?: OnStoreError;
  /** Those with the same deadline share a connection. @defaultValue DEADLINE_MS */
  readonly deadlineMs?: number;
}

export function member({ url, mode = "closed", deadlineMs = DEADLINE_MS }: MemberOptions): Member {
  const events: StoreEvent[] = [];
  const store = redisStore({
    url,
    onStoreError: mode,
    commandTimeoutMs: deadlineMs,
    onEvent: (event) => events.push(event),
  });
  const limiters = new Map<string, Limiter>();
  return {
    store,
    events,
    limiter(account = "acme") {
      let limiter = limiters.get(account);
      if (limiter === undefined) limiters.set(account, (limiter = createLimiter({ store, provider: "test", account })));
      return limiter;
    },
    async [Symbol.asyncDispose]() {
      for (const limiter of limiters.values()) await limiter.close();
      await store.close();
    },
  };
}

/** One call: what came of it and how long it took. */
export interface Called extends Took {
  readonly decision: Decision | undefined;
  readonly code: string | undefined;
  /** When it settled. */
  readonly atMs: number;
}

export async function call(ask: () => Promise<Decision>): Promise<Called> {
  const end = { decision: undefined as Decision | undefined, code: undefined as string | undefined };
  const took = await timed(async () => {
    try {
      end.decision = await ask();
    } catch (error) {
      end.code = String((error as { code?: unknown }).code);
    }
  });
  return { ...end, ...took, atMs: performance.now() };
}

/** Calls one after the other until `over` says so, or the time is up. */
export async function callUntil(
  ask: () => Promise<Decision>,
  over: (calls: readonly Called[]) => boolean | Promise<boolean>,
  { everyMs = 5, withinMs = 25_000 } = {},
): Promise<readonly Called[]> {
  const calls: Called[] = [];
  const startedMs = performance.now();
  while (!(await over(calls))) {
    if (performance.now() - startedMs > withinMs)
      throw new Error(`not over within ${withinMs} ms: ${calls.length} calls, the last one ${summary(calls)}`);
    calls.push(await call(ask));
    await rest(everyMs);
  }
  return calls;
}

function summary(calls: readonly Called[]): string {
  const last = calls.at(-1);
  return last?.code ?? last?.decision?.kind ?? "none";
}

/** Whether the last call was answered after one before was not. */
export function isBack(calls: readonly Called[]): boolean {
  return calls.at(-1)?.code === undefined && calls.some(({ code }) => code !== undefined);
}

/** Beside what this process could not run, which is the machine's doing. */
export function longestMs(calls: readonly Called[]): number {
  return Math.max(0, ...calls.map(({ tookMs, stalledMs }) => tookMs - stalledMs));
}

export function refused(calls: readonly Called[]): number {
  return calls.filter(({ code }) => code !== undefined).length;
}

/** From the first call that was not answered to the first that was again. */
export function gapMs(calls: readonly Called[]): number {
  const first = calls.find(({ code }) => code !== undefined);
  const last = calls.findLast(({ code }) => code !== undefined);
  const back = calls.find(({ atMs }) => atMs > (last?.atMs ?? Number.POSITIVE_INFINITY));
  return first === undefined || back === undefined ? 0 : back.atMs - (first.atMs - first.tookMs);
}

/** How many commands of this kind a server has run, such as `evalsha`. */
export async function ran(server: RedisServer, command: string): Promise<number> {
  const said = await say(server, "INFO", "commandstats");
  return Number(new RegExp(`cmdstat_${command}:calls=(\\d+)`).exec(said)?.[1] ?? 0);
}

/** How often a server has answered with this error. */
export async function answered(server: RedisServer, word: string): Promise<number> {
  const said = await say(server, "INFO", "errorstats");
  return Number(new RegExp(`errorstat_${word}:count=(\\d+)`).exec(said)?.[1] ?? 0);
}

/** A figure of INFO. */
export async function figureOf(server: RedisServer, name: string): Promise<number> {
  return Number(new RegExp(`${name}:(\\d+)`).exec(await say(server, "INFO"))?.[1] ?? 0);
}

/** Waits until a server's INFO contains these words. */
export async function untilInfo(server: RedisServer, words: string, withinMs = 10_000): Promise<void> {
  await until(async () => (await say(server, "INFO").catch(() => "")).includes(words), words, withinMs);
}

export async function until(
  condition: () => boolean | Promise<boolean>,
  what: string,
  withinMs = 10_000,
): Promise<void> {
  const deadlineMs = performance.now() + withinMs;
  while (!(await condition())) {
    if (performance.now() > deadlineMs) throw new Error(`not within ${withinMs} ms: ${what}`);
    await rest(10);
  }
}

/** The slot of a key, after the cluster's specification: CRC16 of what stands between the first brace and the next one closing, if anything does. */
export function slotOf(key: string): number {
  const open = key.indexOf("{");
  const close = open === -1 ? -1 : key.indexOf("}", open + 1);
  const hashed = close > open + 1 ? key.slice(open + 1, close) : key;
  let crc = 0;
  for (const byte of Buffer.from(hashed)) {
    crc ^= byte << 8;
    for (let bit = 0; bit < 8; bit += 1) crc = ((crc & 0x8000) === 0 ? crc << 1 : (crc << 1) ^ 0x1021) & 0xffff;
  }
  return crc % SLOTS;
}

const SLOTS = 16_384;

/** The slot in which all of an account lives. */
export function slotOfAccount(account: string): number {
  return slotOf(`{test:${account}}`);
}

/** Accounts whose slots the primary with this index has at first. */
export function accountsOn(primary: number, count: number, primaries = 3): string[] {
  const found: string[] = [];
  for (let index = 0; found.length < count; index += 1)
    if (Math.floor((slotOfAccount(`account-${index}`) * primaries) / SLOTS) === primary) found.push(`account-${index}`);
  return found;
}

export function accountOn(primary: number): string {
  return accountsOn(primary, 1)[0] ?? "";
}

export function ms(value: number): string {
  return `${Math.round(value)} ms`;
}
