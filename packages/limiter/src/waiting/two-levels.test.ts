import { createFakeClock } from "@sluice/core/testing";
import { describe, expect, it } from "vitest";
import { createLimiter } from "../limiter/create-limiter.js";
import { tokenBucket } from "../limits/token-bucket.js";
import { memoryStore } from "../memory/memory-store.js";
import type { Store } from "../store/store.js";

const everybody = { bucket: "everybody", limit: tokenBucket({ refillRate: 50, burst: 100 }) };
const each = tokenBucket({ refillRate: 5, burst: 10 });
const chargesOf = (namespace: number) => [everybody, { bucket: `namespace ${namespace}`, limit: each }];

/** Processes over one store, whose questions are counted. */
function fleet(processes: number) {
  const clock = createFakeClock();
  const inner = memoryStore({ clock });
  let questions = 0;
  const store: Store = { ...inner, take: (request) => ((questions += 1), inner.take(request)) };
  const limiters = Array.from({ length: processes }, () => createLimiter({ store, clock }));
  return { clock, limiters, questions: () => questions };
}

/** Waits of 19 namespaces that call now and then, in milliseconds, while the first one has so many calls queued. */
async function waitsBeside(queued: number, processes: number): Promise<number[]> {
  const { clock, limiters } = fleet(processes);
  const patient = { timeoutMs: Number.POSITIVE_INFINITY };
  for (let n = 0; n < queued; n += 1) void limiters[n % processes]?.acquire(chargesOf(0), patient);
  await clock.advance(5000);
  const waits: number[] = [];
  // Each asks at its own pace, in small bunches that its own bucket has to spread.
  for (let round = 0; round < 40; round += 1) {
    for (let namespace = 1; namespace < 20; namespace += 1) {
      if ((round + namespace) % 12 !== 0) continue;
      for (let n = 0; n < 14; n += 1)
        void limiters[(namespace + n) % processes]
          ?.acquire(chargesOf(namespace), patient)
          .then(({ waitedMs }) => waits.push(waitedMs));
      await clock.advance(13);
    }
    await clock.advance(500);
  }
  await clock.advance(20_000);
  return waits.toSorted((a, b) => a - b);
}

for (const processes of [1, 4]) {
  describe(`50 a second for all and 5 for each namespace, ${processes} process${processes > 1 ? "es" : ""}`, () => {
    it("a thousand queued calls of one namespace do not make the others wait longer", async () => {
      const idle = await waitsBeside(0, processes);
      const beside = await waitsBeside(1000, processes);
      const p99 = (waits: readonly number[]): number => waits[Math.floor(waits.length * 0.99)] ?? 0;
      console.log(
        `p99 wait of the others: ${p99(idle).toFixed(1)} ms idle, ${p99(beside).toFixed(1)} ms beside a thousand`,
      );
      expect(beside).toHaveLength(idle.length);
      expect(p99(idle)).toBeGreaterThan(0);
      expect(p99(beside)).toBeLessThanOrEqual(p99(idle) * 1.1);
    });

    it("twenty namespaces with a hundred calls each use the whole rate, and each gets its share", async () => {
      const { clock, limiters, questions } = fleet(processes);
      const grants: { namespace: number; atMs: number }[] = [];
      const patient = { timeoutMs: Number.POSITIVE_INFINITY };
      const all = Promise.all(
        Array.from({ length: 2000 }, (_, n) =>
          limiters[Math.floor(n / 20) % processes]
            ?.acquire(chargesOf(n % 20), patient)
            .then(() => grants.push({ namespace: n % 20, atMs: clock.now() })),
        ),
      );
      await clock.advance(60_000);
      await all;
      const lastMs = Math.max(...grants.map(({ atMs }) => atMs));
      const used = ((2000 - 100) / 50 / lastMs) * 1000;
      const half = grants.filter(({ atMs }) => atMs <= lastMs / 2);
      const shares = Array.from(
        { length: 20 },
        (_, namespace) => half.filter((grant) => grant.namespace === namespace).length,
      );
      const even = half.length / 20;
      console.log(
        `rate used ${(used * 100).toFixed(2)} %, shares at half time ${Math.min(...shares)} to ${Math.max(...shares)} of ${even.toFixed(1)}, ` +
          `${(questions() / 2000).toFixed(2)} questions a grant`,
      );
      expect(used).toBeGreaterThanOrEqual(0.99);
      for (const share of shares) expect(Math.abs(share / even - 1)).toBeLessThanOrEqual(0.05);
      expect(questions() / 2000).toBeLessThanOrEqual(4.5);
    });
  });
}

it("a thousand calls of one namespace take 200 s less the burst, to the millisecond", async () => {
  const { clock, limiters } = fleet(1);
  const patient = { timeoutMs: Number.POSITIVE_INFINITY };
  let lastMs = 0;
  const all = Promise.all(
    Array.from({ length: 1000 }, () => limiters[0]?.acquire(chargesOf(0), patient).then(() => (lastMs = clock.now()))),
  );
  await clock.advance(200_000);
  await all;
  expect(lastMs).toBeCloseTo(((1000 - 10) / 5) * 1000, 3);
});
