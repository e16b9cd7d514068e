// One process that decides with one peer in memory. It runs with --expose-gc.
import { nextTurn, nowUs } from "../clock.js";
import { serve } from "../children/serve.js";
import type { Decider, Peer } from "../peers/peer.js";
import { loadPeer } from "../peers/registry.js";
import { settledHeap } from "../heap.js";

/** What is decided. */
export type Situation = "one key" | "refused" | "many keys";

/**
 * Buckets that cannot run dry, but for the one that is empty. None of the many is full again before its next turn: an idle bucket is
 * forgotten, and making it anew is another question.
 */
const bounds = {
  "one key": { refillRate: 1e6, burst: 1e9 },
  refused: { refillRate: 0.001, burst: 1 },
  "many keys": { refillRate: 0.1, burst: 1e5 },
} as const;

let peer: Peer;
const deciders = new Map<Situation, Decider>();
let manyKeys: string[] = [];

const handlers = {
  async load({ name, keys }: { name: string; keys: number }): Promise<void> {
    peer = await loadPeer(name);
    manyKeys = Array.from({ length: keys }, (_, index) => `key ${index}`);
  },

  /** Bytes that each of fresh keys takes, on the heap and outside it. */
  async heap(): Promise<{ heapBytes: number; outsideBytes: number; keys: number }> {
    const decider = create("many keys");
    const keys = manyKeys.slice(0, decider.mostKeys);
    const before = await settledHeap();
    for (const key of keys) await decider.decide(key);
    const after = await settledHeap();
    await decider.close();
    return {
      heapBytes: (after.heapBytes - before.heapBytes) / keys.length,
      outsideBytes: (after.outsideBytes - before.outsideBytes) / keys.length,
      keys: keys.length,
    };
  },

  /** Decisions per second over a slice of time; undefined where the peer would wait instead. */
  async speed({ situation, sliceMs }: { situation: Situation; sliceMs: number }): Promise<number | undefined> {
    let decider = deciders.get(situation);
    if (decider === undefined) {
      decider = create(situation);
      deciders.set(situation, decider);
      if (decider.onlyWaits === true && situation === "refused") return undefined;
      if (situation === "refused") await decider.decide("the key");
    }
    if (decider.onlyWaits === true && situation === "refused") return undefined;
    const keys = situation === "many keys" ? manyKeys.slice(0, decider.mostKeys) : ["the key"];
    const wanted = situation !== "refused";
    const isPromise = decider.decide(keys[0] as string) instanceof Promise;
    return isPromise
      ? awaited(decider, keys, wanted, sliceMs)
      : atOnce(decider as { decide(key: string): boolean }, keys, wanted, sliceMs);
  },
};
export type MemoryHandlers = typeof handlers;
serve(handlers);

function create(situation: Situation): Decider {
  const decider = peer.memory?.(bounds[situation]);
  if (decider === undefined) throw new Error(`${peer.name} does not decide in memory`);
  return decider;
}

const BLOCK = 2000;

function atOnce(
  decider: { decide(key: string): boolean },
  keys: readonly string[],
  wanted: boolean,
  sliceMs: number,
): number {
  const startedUs = nowUs();
  let done = 0;
  let wrong = 0;
  let next = 0;
  for (let elapsedUs = 0; elapsedUs < sliceMs * 1000; elapsedUs = nowUs() - startedUs) {
    for (let n = 0; n < BLOCK; n += 1) {
      if (decider.decide(keys[next] as string) !== wanted) wrong += 1;
      next += 1;
      if (next === keys.length) next = 0;
    }
    done += BLOCK;
  }
  check(wrong, done);
  return (done / (nowUs() - startedUs)) * 1e6;
}

async function awaited(decider: Decider, keys: readonly string[], wanted: boolean, sliceMs: number): Promise<number> {
  const startedUs = nowUs();
  let done = 0;
  let wrong = 0;
  for (; nowUs() - startedUs < sliceMs * 1000; done += 1)
    if ((await decider.decide(keys[done % keys.length] as string)) !== wanted) wrong += 1;
  const perSecond = (done / (nowUs() - startedUs)) * 1e6;
  await nextTurn();
  check(wrong, done);
  return perSecond;
}

function check(wrong: number, done: number): void {
  if (wrong > 0) throw new Error(`${peer.name}: ${wrong} of ${done} decisions were wrong`);
}
