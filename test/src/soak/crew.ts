import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { ledgerNames, type LedgerName } from "./load.js";
import type { Admission, ParentWord, SoakOrders, WorkerWord } from "./words.js";

/** The compiled worker; child processes run what was built. */
const file = fileURLToPath(new URL("../../dist/soak/worker.js", import.meta.url));

/** What a worker measured of itself. */
interface HeapSample {
  readonly atMs: number;
  readonly bytes: number;
}

/** Times of a worker without the store. Unit: microseconds of the wall clock. */
export interface Away {
  readonly fromUs: number;
  readonly toUs: number;
  readonly reason: string;
}

/** All that a worker has told. */
export interface Member {
  readonly heap: readonly HeapSample[];
  readonly away: readonly Away[];
  /** What it still had open after closing, and how it ended. */
  readonly leaked: readonly string[];
  /** Whether it ended by itself, with nothing wrong. */
  readonly endedWell: boolean;
}

/** All that was told, of all workers. */
export interface Log {
  readonly admissions: Readonly<Record<LedgerName, Admission[]>>;
  readonly held: (readonly [number, number])[];
  readonly ends: Record<string, number>;
  calls: number;
  latestMs: number;
  latestOf: string;
  stalledMs: number;
}

/** The workers of a soak. */
export interface Crew extends AsyncDisposable {
  readonly log: Log;
  readonly members: readonly Member[];
  begin(): void;
  /** Asks every worker for its heap after a collection of garbage. */
  sampleHeap(): Promise<void>;
  /** Lets all close, and waits until they have ended. */
  stop(): Promise<void>;
}

/** After closing a worker has nothing to do any more; one that is still there then is kept alive by something. Unit: milliseconds. */
const END_MS = 5000;

/** Starts so many workers and waits until each has had an answer of the store, and knows how many they are. */
export async function startCrew(processes: number, orders: Omit<SoakOrders, "processes">): Promise<Crew> {
  const log: Log = {
    admissions: { asked: [], waited: [] },
    held: [],
    ends: {},
    calls: 0,
    latestMs: Number.NEGATIVE_INFINITY,
    latestOf: "",
    stalledMs: 0,
  };
  const workers = Array.from({ length: processes }, (_, index) =>
    hire({ ...orders, processes, seed: orders.seed + index }, log),
  );
  const dispose = async (): Promise<void> => {
    for (const { child } of workers) child.kill("SIGKILL");
  };
  try {
    await Promise.all(workers.map(({ said }) => said("ready")));
  } catch (error) {
    await dispose();
    throw error;
  }
  const tell = (kind: ParentWord["kind"]): void => {
    for (const { child } of workers) if (child.connected) child.send({ kind } satisfies ParentWord);
  };
  return {
    log,
    members: workers.map(({ member }) => member),
    begin: () => tell("begin"),
    async sampleHeap() {
      const all = Promise.all(workers.map(({ said }) => said("heap")));
      tell("heap");
      await all;
    },
    async stop() {
      const closed = Promise.all(workers.map(({ said }) => said("closed")));
      tell("stop");
      await closed;
      await Promise.all(workers.map(({ ended }) => ended(END_MS)));
    },
    [Symbol.asyncDispose]: dispose,
  };
}

interface Worker {
  readonly child: ChildProcess;
  readonly member: Member;
  said(kind: WorkerWord["kind"]): Promise<void>;
  ended(withinMs: number): Promise<void>;
}

function hire(orders: SoakOrders, log: Log): Worker {
  const child = fork(file, [JSON.stringify(orders)], {
    execArgv: ["--expose-gc"],
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  const member = {
    heap: [] as HeapSample[],
    away: [] as Away[],
    leaked: ["not closed"] as readonly string[],
    endedWell: false,
  };
  const wanted = new Map<WorkerWord["kind"], { resolve: () => void; reject: (error: Error) => void }>();
  child.on("message", (word: WorkerWord) => {
    note(word, member, log);
    wanted.get(word.kind)?.resolve();
    wanted.delete(word.kind);
  });
  const exit = new Promise<void>((resolve) =>
    child.once("exit", (code) => {
      member.endedWell = code === 0;
      for (const { reject } of wanted.values()) reject(new Error(`a worker ended with ${code}`));
      resolve();
    }),
  );
  return {
    child,
    member,
    said: (kind) => new Promise((resolve, reject) => wanted.set(kind, { resolve, reject })),
    async ended(withinMs) {
      const timer = setTimeout(() => child.kill("SIGKILL"), withinMs);
      await exit;
      clearTimeout(timer);
    },
  };
}

function note(
  word: WorkerWord,
  member: { heap: HeapSample[]; away: Away[]; leaked: readonly string[] },
  log: Log,
): void {
  if (word.kind === "heap") member.heap.push({ atMs: performance.now(), bytes: word.bytes });
  else if (word.kind === "closed") member.leaked = word.leaked;
  else if (word.kind === "store" && word.type === "store-down")
    member.away.push({ fromUs: word.atUs, toUs: Number.POSITIVE_INFINITY, reason: word.reason });
  else if (word.kind === "store") {
    const last = member.away.pop();
    if (last !== undefined) member.away.push({ ...last, toUs: word.atUs });
  } else if (word.kind === "batch") {
    const { admissions, held, calls, ends, latestMs, latestOf, stalledMs } = word.batch;
    for (const name of ledgerNames) log.admissions[name].push(...admissions[name]);
    log.held.push(...held);
    for (const [how, count] of Object.entries(ends)) log.ends[how] = (log.ends[how] ?? 0) + count;
    log.calls += calls;
    log.stalledMs += stalledMs;
    if (latestMs !== undefined && latestMs > log.latestMs) [log.latestMs, log.latestOf] = [latestMs, latestOf];
  }
}
