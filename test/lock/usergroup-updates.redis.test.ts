import { expect, it } from "vitest";
import { type Adder, startBench } from "./usergroup-support.js";

const all = process.env["SLUICE_FAULTS"] === "all";

/** Two processes, so many rounds between them: members that were added and are not there, and how long it took. */
async function runRounds(rounds: number): Promise<{
  readonly without: number;
  readonly under: number;
  readonly perRoundMs: number;
  readonly fences: readonly number[];
}> {
  await using bench = await startBench(rounds);
  const lostOf = async (locked: boolean): Promise<{ lost: number; fences: number[]; tookMs: number }> => {
    bench.reset();
    const half = rounds / 2;
    const adders = [bench.ids.slice(0, half), bench.ids.slice(half, rounds)].map((members) =>
      bench.start({ members, locked, stalls: true }),
    );
    await Promise.all(adders.map((adder) => adder.said("ready")));
    const startedMs = performance.now();
    for (const adder of adders) adder.go();
    if (locked) expect(await mostBetween(adders, half)).toBe(1);
    else await allBetween(adders, half);
    const done = await Promise.all(adders.map((adder) => adder.said("done")));
    expect(done.flatMap(({ failures }) => failures)).toEqual([]);
    const there = new Set(bench.members());
    return {
      lost: bench.ids.slice(0, rounds).filter((id) => !there.has(id)).length,
      fences: done.flatMap(({ fences }) => fences),
      tookMs: performance.now() - startedMs,
    };
  };
  const without = await lostOf(false);
  const under = await lostOf(true);
  return { without: without.lost, under: under.lost, perRoundMs: under.tookMs / rounds, fences: under.fences };
}

/** Both read before either writes, in every round and on any machine: one of two is lost each time. */
async function allBetween(adders: readonly Adder[], rounds: number): Promise<void> {
  for (let round = 0; round < rounds; round += 1) {
    await Promise.all(adders.map((adder) => adder.said("read")));
    for (const adder of adders) adder.go();
  }
}

/** Gives each of them time between reading and writing, in which the other could come; how many were there at once. */
async function mostBetween(adders: readonly Adder[], rounds: number): Promise<number> {
  let [inside, most] = [0, 0];
  const paced = adders.map(async (adder) => {
    for (let round = 0; round < rounds; round += 1) {
      await adder.said("read");
      most = Math.max(most, (inside += 1));
      await new Promise((resolve) => setTimeout(resolve, 5));
      inside -= 1;
      adder.go();
    }
  });
  await Promise.all(paced);
  return most;
}

for (const rounds of all ? [60, 500] : [60]) {
  it(
    `two processes that add ${rounds} members to a Slack user group lose none of them under the lock, and many without`,
    { timeout: 120_000 },
    async () => {
      const { without, under, perRoundMs, fences } = await runRounds(rounds);
      console.log(
        `${rounds} members added to a user group by two processes: ${without} lost without the lock, ${under} under it; ${perRoundMs.toFixed(1)} ms per round under it`,
      );
      expect(without).toBeGreaterThan(0);
      expect(under).toBe(0);
      expect(new Set(fences).size).toBe(rounds);
    },
  );
}
