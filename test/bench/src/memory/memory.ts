import type { Bench, BenchTable, Cell } from "../bench.js";
import { type Child, startChild } from "../children/start-child.js";
import { OURS, peersFor } from "../peers/registry.js";
import { median } from "../statistics.js";
import type { MemoryHandlers, Situation } from "./worker.js";

const KEYS = 100_000;
const situations: readonly Situation[] = ["one key", "refused", "many keys"];
const promised = { oneKey: 10e6, manyKeys: 4e6, heapBytes: 60 } as const;

interface Measured {
  readonly name: string;
  readonly speeds: Readonly<Record<Situation, number[]>>;
  readonly heapBytes: number;
  readonly outsideBytes: number;
  readonly keys: number;
}

/** Decisions within one process: how fast, and what a key costs. Each peer in a process of its own, in turns. */
export const memoryBench: Bench = {
  name: "memory",
  async run(pace) {
    const measured = await measureAll(pace === "full" ? { rounds: 5, sliceMs: 100 } : { rounds: 2, sliceMs: 30 });
    return [table(measured)];
  },
};

async function measureAll(effort: { readonly rounds: number; readonly sliceMs: number }): Promise<Measured[]> {
  const subjects: { measured: Measured; child: Child<MemoryHandlers> }[] = [];
  try {
    for (const name of peersFor("memory")) {
      const child = startChild<MemoryHandlers>("memory/worker.js", { nodeArguments: ["--expose-gc"] });
      subjects.push({ measured: await prepare(name, child), child });
    }
    // Round -1 warms up.
    for (let round = -1; round < effort.rounds; round += 1) {
      for (const situation of situations) {
        for (let turn = 0; turn < subjects.length; turn += 1) {
          const subject = subjects[(turn + Math.max(0, round)) % subjects.length] as (typeof subjects)[number];
          const speed = await subject.child.ask("speed", { situation, sliceMs: effort.sliceMs });
          if (round >= 0 && speed !== undefined) subject.measured.speeds[situation].push(speed);
        }
      }
    }
    return subjects.map(({ measured }) => measured);
  } finally {
    await Promise.all(subjects.map(({ child }) => child.kill()));
  }
}

async function prepare(name: string, child: Child<MemoryHandlers>): Promise<Measured> {
  await child.ask("load", { name, keys: KEYS });
  // The first key brings up code and tables of its own; the second count is that of keys alone.
  await child.ask("heap", undefined);
  return { name, ...(await child.ask("heap", undefined)), speeds: { "one key": [], refused: [], "many keys": [] } };
}

function table(measured: readonly Measured[]): BenchTable {
  const ours = measured.find(({ name }) => name === OURS) as Measured;
  const others = measured.filter(({ name }) => name !== OURS);
  const speed = (of: Measured, situation: Situation): number => median(of.speeds[situation]);
  const fastest = (situation: Situation): boolean =>
    others.every((other) => !(speed(other, situation) > speed(ours, situation)));
  return {
    title: `How many decisions a second does one process make in memory, and what does a key cost?`,
    columns: [
      "who",
      ...situations.flatMap((situation) => [`${situation}, M/s`, "ours : it"]),
      "heap, bytes/key",
      "outside heap, bytes/key",
      "keys",
    ],
    rows: measured.map((each) => [
      each.name,
      ...situations.flatMap((situation): Cell[] => [
        speed(each, situation) / 1e6,
        speed(ours, situation) / speed(each, situation),
      ]),
      each.heapBytes,
      each.outsideBytes,
      each.keys,
    ]),
    promises: [
      {
        text: `one key: at least ${promised.oneKey / 1e6} M/s, or faster than everybody`,
        kept: speed(ours, "one key") >= promised.oneKey || fastest("one key"),
      },
      {
        text: `${KEYS} keys: at least ${promised.manyKeys / 1e6} M/s, or faster than everybody`,
        kept: speed(ours, "many keys") >= promised.manyKeys || fastest("many keys"),
      },
      { text: `at most ${promised.heapBytes} bytes of heap a key`, kept: ours.heapBytes <= promised.heapBytes },
    ],
    notes: ["Medians. Where a peer cannot say no, it has no figure for refusals."],
    figures: measured,
  };
}
