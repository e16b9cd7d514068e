import { startRedisCluster, startRedisSentinels, startRedisServer } from "@sluice/test/redis-server";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { watchStalls } from "@sluice/test/stalls";

/** Servers of one kind, which can be made to vanish. */
interface Place {
  readonly url: string;
  pause(): void;
  resume(): void;
  kill(): Promise<unknown>;
  stop(): Promise<void>;
}

const kinds: Readonly<Record<string, () => Promise<Place>>> = {
  "one server": () => startRedisServer(),
  "a cluster": async () => {
    const { url, primaries: all, stop } = await startRedisCluster();
    return { url, stop, ...together(all) };
  },
  Sentinels: async () => {
    const { url, servers, sentinels, stop } = await startRedisSentinels({ replicas: 1 });
    return { url, stop, ...together([...servers, ...sentinels]) };
  },
};

function together(all: readonly Omit<Place, "url" | "stop">[]): Omit<Place, "url" | "stop"> {
  return {
    pause: () => all.forEach((one) => one.pause()),
    resume: () => all.forEach((one) => one.resume()),
    kill: () => Promise.all(all.map((one) => one.kill())),
  };
}

/** A process that uses one of each kind, says so, calls for as many milliseconds as we say, at least once, and closes nothing. */
function useAndForget(url: string) {
  const code = `
    import { createBreaker, createLimiter, tokenBucket } from "@sluice/limiter";
    import { redisBreakerStore, redisLock, redisStates, redisStore } from "@sluice/limiter-redis";
    const url = ${JSON.stringify(url)};
    const store = redisStore({ url, onStoreError: "closed" });
    const limiter = createLimiter({ store });
    const breaker = createBreaker({ name: "one", store: redisBreakerStore({ url }) });
    const [lock, states] = [redisLock({ url }), redisStates({ url })];
    let calls = 0;
    const call = async () => {
      calls += 1;
      await limiter.tryAcquire({ bucket: "b", limit: tokenBucket({ refillRate: 1000 }) });
      await lock.acquire(process.pid + " " + calls, { leaseMs: 60_000 });
      await states.load("scope", ["a"]);
    };
    // A busy machine may keep Redis from answering in time.
    for (let left = 20; left > 0; left -= 1) {
      const failure = await call().then(() => undefined, (error) => error);
      if (failure === undefined) break;
      if (left === 1) throw failure;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    await breaker.run(async () => {});
    console.log("used");
    const word = await new Promise((resolve) => process.stdin.once("data", resolve));
    process.stdin.destroy();
    const sinceMs = performance.now();
    do {
      await call().catch(() => {});
      await new Promise((resolve) => setTimeout(resolve, 20));
    } while (performance.now() - sinceMs < Number(word));
    console.log("over");
  `;
  const child = spawn(process.execPath, ["--input-type=module", "-e", code], {
    cwd: import.meta.dirname,
    env: { PATH: process.env["PATH"] },
    stdio: ["pipe", "pipe", "pipe"],
    timeout: 40_000,
    killSignal: "SIGKILL",
  });
  let [said, complained] = ["", ""];
  child.stdout.on("data", (text) => (said += text));
  child.stderr.on("data", (text) => (complained += text));
  const until = async (word: string): Promise<void> => {
    await expect.poll(() => said + complained, { timeout: 20_000, interval: 5 }).toContain(word);
  };
  return { child, until, complaints: () => complained };
}

describe.each(Object.keys(kinds))("a process that closes nothing ends by itself at %s", (kind) => {
  let place: Place;
  beforeAll(async () => {
    place = (await kinds[kind]?.()) as Place;
  });
  afterAll(() => place.stop());

  // In this order: what is killed does not come back.
  it.each([
    { how: "there", callsMs: 0 },
    { how: "frozen", callsMs: 0 },
    // Long enough for its clients to look for a way, again and again.
    { how: "gone", callsMs: 1500 },
  ])(
    "that is $how then, after calls for $callsMs ms",
    async ({ how, callsMs }) => {
      const { child, until, complaints } = useAndForget(place.url);
      await until("used");
      if (how === "frozen") place.pause();
      if (how === "gone") await place.kill();
      const ended = once(child, "close");
      child.stdin.write(`${callsMs}\n`);
      await until("over");
      using stalls = watchStalls();
      const overMs = performance.now();
      const [code] = await ended;
      const lingeredMs = performance.now() - overMs - stalls.totalMs;
      place.resume();
      console.log(`${kind}, ${how}, ${callsMs} ms: ended ${Math.round(lingeredMs)} ms after its last call`);
      expect(complaints()).toBe("");
      expect(code).toBe(0);
      expect(lingeredMs).toBeLessThan(3000);
    },
    60_000,
  );
});
