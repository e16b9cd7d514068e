// One process that asks one question at a time: the bare command, ours on the same client, and everybody else, in turns.
import { createLimiter, tokenBucket } from "@sluice/limiter";
import { redisStore } from "@sluice/limiter-redis";
import { nowUs } from "../clock.js";
import { serve } from "../children/serve.js";
import { connect } from "../peers/connect.js";
import { loadPeer, OURS, peersFor } from "../peers/registry.js";
import { bareCommandLike } from "./bare-command.js";
import { endless } from "./endless.js";

/** By which name the bare command goes among the peers. */
const BARE = "bare EVALSHA";

const handlers = {
  /** Microseconds of every call, one list a round, by who was asked. */
  async measure({
    url,
    rounds,
    calls,
  }: {
    url: string;
    rounds: number;
    calls: number;
  }): Promise<[name: string, rounds: number[][]][]> {
    const asked = await open(url);
    const took = asked.map(([name]): [string, number[][]] => [name, []]);
    for (let round = -1; round < rounds; round += 1) {
      for (let turn = 0; turn < asked.length; turn += 1) {
        const index = (turn + Math.max(0, round)) % asked.length;
        const [, ask] = asked[index] as (typeof asked)[number];
        const figures = await time(ask, calls);
        if (round >= 0) took[index]?.[1].push(figures);
      }
    }
    return took;
  },
};
export type LatencyHandlers = typeof handlers;
serve(handlers);

async function open(url: string): Promise<[name: string, ask: () => unknown][]> {
  const client = connect(url);
  const limiter = createLimiter({ store: redisStore({ client }), provider: "bench" });
  const charge = { bucket: "one at a time", limit: tokenBucket(endless) };
  const ours = (): Promise<unknown> => limiter.tryAcquire(charge);
  // What the first answers teach travels with the later questions.
  for (let call = 0; call < 100; call += 1) await ours();
  const bare = await bareCommandLike(client, ours);
  const asked: [string, () => unknown][] = [
    [BARE, () => bare.run()],
    ["our script alone", () => bare.runScript()],
    [OURS, ours],
  ];
  for (const name of peersFor("redis")) {
    if (name === OURS) continue;
    const decider = await (await loadPeer(name)).redis?.({ url, bucket: name, processes: 1 }, endless);
    if (decider !== undefined) asked.push([name, () => decider.decide(`${name} one at a time`)]);
  }
  return asked;
}

async function time(ask: () => unknown, calls: number): Promise<number[]> {
  const took = [];
  for (let call = 0; call < calls; call += 1) {
    const startedUs = nowUs();
    await ask();
    took.push(nowUs() - startedUs);
  }
  return took;
}
