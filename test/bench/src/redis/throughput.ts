import { Redis } from "ioredis";
import type { BenchTable } from "../bench.js";
import { type Child, startChild } from "../children/start-child.js";
import { OURS, peersFor } from "../peers/registry.js";
import { readServerStats, type ServerStats, statsPer } from "../server-stats.js";
import { median, sum } from "../statistics.js";
import type { Load, ThroughputHandlers } from "./throughput-worker.js";

/** A load, and by how many processes at once. */
interface Situation extends Omit<Load, "sliceMs"> {
  readonly processes: number;
}

const situations: readonly Situation[] = [1, 2].flatMap((processes) =>
  [64, 512].flatMap((inFlight) => [1, 1000].map((keys) => ({ processes, inFlight, keys }))),
);
/** Ours against the fastest of the others, with 512 decisions in flight. */
const PROMISED_RATIO = 2;

interface Measured {
  readonly name: string;
  /** Decisions per second, one list a situation, one figure a round. */
  readonly speeds: number[][];
  /** What one decision cost the server, one a situation. */
  readonly costs: ServerStats[];
}

interface Subject {
  readonly measured: Measured;
  readonly children: readonly Child<ThroughputHandlers>[];
}

/** Decisions per second over Redis, and what they cost there. Each peer in two processes of its own, in turns. */
export async function measureThroughput(
  url: string,
  effort: { readonly rounds: number; readonly sliceMs: number },
): Promise<readonly BenchTable[]> {
  const redis = new Redis(url);
  const subjects: Subject[] = [];
  try {
    for (const name of peersFor("redis")) {
      const children = [0, 1].map(() => startChild<ThroughputHandlers>("redis/throughput-worker.js"));
      subjects.push({ measured: { name, speeds: situations.map(() => []), costs: [] }, children });
      await Promise.all(children.map((child) => child.ask("open", { name, url })));
    }
    for (const [index, situation] of situations.entries())
      for (let round = -1; round < effort.rounds; round += 1)
        for (let turn = 0; turn < subjects.length; turn += 1) {
          const subject = subjects[(turn + Math.max(0, round)) % subjects.length] as Subject;
          await measureOne(
            redis,
            subject,
            { ...situation, sliceMs: round < 0 ? effort.sliceMs / 3 : effort.sliceMs },
            round < 0 ? undefined : index,
          );
        }
    return tables(subjects.map(({ measured }) => measured));
  } finally {
    await Promise.all(subjects.flatMap(({ children }) => children.map((child) => child.kill())));
    redis.disconnect();
  }
}

async function measureOne(
  redis: Redis,
  { measured, children }: Subject,
  { processes, ...load }: Situation & Load,
  index: number | undefined,
): Promise<void> {
  const before = await readServerStats(redis);
  const slices = await Promise.all(children.slice(0, processes).map((child) => child.ask("slice", load)));
  if (index === undefined) return;
  const done = sum(slices.map((slice) => slice.done));
  measured.speeds[index]?.push(sum(slices.map((slice) => slice.done / slice.tookS)));
  measured.costs[index] = statsPer(done, before, await readServerStats(redis));
}

function tables(measured: readonly Measured[]): BenchTable[] {
  const ours = measured.find(({ name }) => name === OURS) as Measured;
  const speed = (of: Measured, index: number): number => median(of.speeds[index] ?? []);
  const leads = situations.map(
    (_, index) =>
      speed(ours, index) / Math.max(...measured.filter((each) => each !== ours).map((each) => speed(each, index))),
  );
  const crowded = leads.filter((_, index) => situations[index]?.inFlight === 512);
  return [
    {
      title: "How many decisions a second over Redis? Thousands, and ours : it",
      columns: ["who", ...situations.flatMap((situation) => [headingOf(situation), ":"])],
      rows: measured.map((each) => [
        each.name,
        ...situations.flatMap((_, index) => [speed(each, index) / 1000, speed(ours, index) / speed(each, index)]),
      ]),
      notes: [
        "Headings: processes x decisions in flight in each / keys. Medians. The lock has no more than 16 in flight.",
        `Ours against the fastest of the others: ${leads.map((lead, index) => `${headingOf(situations[index] as Situation)} ${lead.toFixed(2)}`).join(", ")}`,
      ],
      promises: [
        {
          text: `with 512 in flight at least ${PROMISED_RATIO} times the fastest of the others (least: ${Math.min(...crowded).toFixed(2)})`,
          kept: Math.min(...crowded) >= PROMISED_RATIO,
        },
      ],
      figures: { situations, measured },
    },
    {
      title: "What does a decision cost the Redis server?",
      columns: ["who", ...shownCosts.flatMap((index) => costHeadings(situations[index] as Situation))],
      rows: measured.map(({ name, costs }) => [
        name,
        ...shownCosts.flatMap((index) => [costs[index]?.scripts, costs[index]?.commands, costs[index]?.cpuUs]),
      ]),
      notes: [
        "Commands are all that the server ran, those inside scripts too. From its own counters, in the last round.",
      ],
    },
  ];
}

const shownCosts = [0, 3];

function costHeadings(situation: Situation): string[] {
  return ["scripts", "commands", "CPU µs"].map((what) => `${headingOf(situation)} ${what}`);
}

function headingOf({ processes, inFlight, keys }: Situation): string {
  return `${processes}x${inFlight}/${keys}`;
}
