import type { Bound } from "@sluice/test/fleet";
import { type RedisServer, startRedisServer } from "@sluice/test/redis-server";
import { startTcpProxy, type TcpProxy } from "@sluice/test/tcp-proxy";
import { connect } from "node:net";
import { type Child, startChild } from "../children/start-child.js";
import { nowUs, sleep } from "../clock.js";
import { sum } from "../statistics.js";
import { type CallHandlers, type CallReport, HANG_MS } from "./call-worker.js";
import type { Setting } from "./settings.js";

/** What single calls met while their store failed. */
export interface CallFigures {
  readonly fault: string;
  readonly peer: string;
  readonly settings: string;
  /** Unit: milliseconds; infinite when a call hung. */
  readonly longestMs: number;
  readonly hangs: number;
  readonly calls: number;
  readonly errors: number;
  /** Admitted from the fault to the last call, against what the bound allows; undefined where only one call was made. */
  readonly admittedRatio: number | undefined;
  /** From the store's return to the first answer out of it. Unit: milliseconds; infinite when none came, or calls went on failing. */
  readonly recoveredMs: number | undefined;
  /** How often the one call was taken from the store. */
  readonly charged: number | undefined;
}

const bound: Bound = { refillRate: 50, burst: 20 };
const PROCESSES = 2;
const BUCKET = "watched";
const DOWN_MS = 3000;
const CALM_MS = 1000;
/** Calls go on for so long after the store's return. */
const AFTER_MS = 2500;

interface Scene {
  readonly server: RedisServer;
  readonly proxy: TcpProxy;
}

/** What happens between calls; resolves when the store can be used again. */
interface CallFault {
  readonly name: string;
  /** Before any client is there. */
  readonly before?: (scene: Scene) => Promise<void>;
  readonly strike: (scene: Scene) => Promise<void>;
}

const underLoad: readonly CallFault[] = [
  {
    name: "frozen for 3 s",
    async strike({ server }) {
      server.pause();
      await sleep(DOWN_MS);
      server.resume();
    },
  },
  {
    name: "killed, back empty after 1 s",
    async strike({ server }) {
      await server.kill();
      await sleep(1000);
      await server.restart();
    },
  },
  {
    name: "down at start, there after 3 s",
    before: ({ server }) => server.kill(),
    async strike({ server }) {
      await sleep(DOWN_MS);
      await server.restart();
    },
  },
  // The connections stay dead; new ones are served, so the store counts as back at once.
  { name: "open connections black-holed", strike: async ({ proxy }) => proxy.pauseExisting() },
];

/** Every fault at once, each with a server and two processes of its own: most of the time all of them wait. */
export async function measureCalls(setting: Setting, charges: Setting): Promise<readonly CallFigures[]> {
  const figures = await Promise.all([
    ...underLoad.map((fault) => measureUnderLoad(setting, fault)),
    measureLostReply(setting, charges),
  ]);
  return figures;
}

async function measureUnderLoad(setting: Setting, fault: CallFault): Promise<CallFigures> {
  await using server = await startRedisServer();
  await using proxy = await startTcpProxy({ targetPort: server.port });
  const scene = { server, proxy };
  await fault.before?.(scene);
  const children = await prepared(setting, proxy.url, bound, PROCESSES);
  try {
    if (fault.before === undefined) {
      // A first call of each, so that it is connected; those of peers that hang already show in the loop.
      await Promise.all(children.map((child) => child.ask("once", undefined)));
    }
    const lasts = fault.name.includes("3 s") ? DOWN_MS : fault.name.includes("1 s") ? 1000 : 0;
    const untilUs = nowUs() + (CALM_MS + lasts + AFTER_MS) * 1000;
    const looping = Promise.all(children.map((child) => child.ask("loop", { callers: 4, pauseMs: 30, untilUs })));
    if (fault.before === undefined) await sleep(CALM_MS);
    const struckUs = nowUs();
    const watched = fault.strike(scene).then(async () => {
      const backUs = nowUs();
      return { backUs, reachedUs: await firstCommandUs(server, untilUs + HANG_MS * 1000) };
    });
    const reports = await looping;
    const { backUs, reachedUs } = await watched;
    return {
      ...namesOf(setting, fault.name),
      ...outcomeOf(reports),
      admittedRatio: ratio(reports, struckUs, untilUs),
      recoveredMs: recoveredMs(reports, backUs, reachedUs),
      charged: undefined,
    };
  } finally {
    await Promise.all(children.map((child) => child.kill()));
  }
}

/** Slow enough that nothing comes back while it is counted. */
const counted: Bound = { refillRate: 0.01, burst: 20 };

/** One call, whose request arrives and whose reply does not. What it cost is told from the tokens that are left. */
async function measureLostReply(setting: Setting, charges: Setting): Promise<CallFigures> {
  const name = "cut after the request, before the reply";
  const timed = await lostReply(setting);
  const drained = charges === setting ? timed : await lostReply(charges);
  return {
    ...namesOf(setting, name),
    ...outcomeOf([timed.report]),
    admittedRatio: undefined,
    recoveredMs: undefined,
    charged: drained.charged,
  };
}

async function lostReply(
  setting: Setting,
): Promise<{ readonly report: CallReport; readonly charged: number | undefined }> {
  await using server = await startRedisServer();
  await using proxy = await startTcpProxy({ targetPort: server.port });
  const [child] = await prepared(setting, proxy.url, counted, 1);
  if (child === undefined) throw new Error("one process");
  try {
    // The first call connects, which on a busy machine may outlast a deadline.
    let before = 0;
    for (let tries = 0; before === 0 && tries < 5; tries += 1) {
      before = (await child.ask("once", undefined)).admittedUs.length;
      await sleep(300);
    }
    void proxy.cutAfterRequest();
    const report = await child.ask("once", undefined);
    // Time to connect again.
    await sleep(700);
    const left = await child.ask("drain", { most: counted.burst });
    // Those that have no burst cannot be counted so.
    return { report, charged: before === 0 || setting.waits ? undefined : counted.burst - before - left };
  } finally {
    await child.kill();
  }
}

async function prepared(
  setting: Setting,
  url: string,
  limit: Bound,
  processes: number,
): Promise<readonly Child<CallHandlers>[]> {
  const children = Array.from({ length: processes }, () => startChild<CallHandlers>("faults/call-worker.js"));
  const place = { url, bucket: BUCKET, processes };
  await Promise.all(children.map((child) => child.ask("prepare", { name: setting.name, place, bound: limit })));
  return children;
}

function namesOf({ peer, settings }: Setting, fault: string): Pick<CallFigures, "fault" | "peer" | "settings"> {
  return { fault, peer, settings };
}

function outcomeOf(reports: readonly CallReport[]): Pick<CallFigures, "longestMs" | "hangs" | "calls" | "errors"> {
  const hangs = sum(reports.map((report) => report.hangs));
  return {
    longestMs: hangs > 0 ? Number.POSITIVE_INFINITY : Math.max(...reports.map(({ longestMs }) => longestMs)),
    hangs,
    calls: sum(reports.map(({ calls }) => calls)),
    errors: sum(reports.map(({ errors }) => errors)),
  };
}

/** Some calls end after the time for calls: the bound is that of the last one. */
function ratio(reports: readonly CallReport[], fromUs: number, untilUs: number): number {
  const admittedUs = reports.flatMap((report) => report.admittedUs).filter((us) => us >= fromUs);
  const toUs = Math.max(untilUs, ...admittedUs);
  return admittedUs.length / (bound.burst + (bound.refillRate * (toUs - fromUs)) / 1e6);
}

/**
 * An answer counts from when the server has seen a command again: before that it came from somewhere else. While calls still fail
 * nobody is back.
 */
function recoveredMs(reports: readonly CallReport[], backUs: number, reachedUs: number): number {
  const fromUs = Math.max(reachedUs, ...reports.map(({ lastErrorUs }) => lastErrorUs));
  const first = Math.min(...reports.flatMap(({ answeredUs }) => answeredUs).filter((us) => us >= fromUs));
  return Math.max(0, first - backUs) / 1000;
}

/** When the server runs a command on the bucket for the first time from now on; infinitely late when that does not happen in time. */
function firstCommandUs(server: RedisServer, untilUs: number): Promise<number> {
  // No client library: the one here loses count when what is watched arrives before its own first reply.
  const socket = connect(server.port, "127.0.0.1");
  return new Promise((resolve) => {
    const settle = (us: number): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(us);
    };
    const timer = setTimeout(() => settle(Number.POSITIVE_INFINITY), Math.max(0, untilUs - nowUs()) / 1000);
    socket.setEncoding("utf8");
    socket.on("error", () => settle(Number.POSITIVE_INFINITY));
    socket.on("connect", () => socket.write("MONITOR\r\n"));
    socket.on("data", (lines: string) => {
      if (lines.includes(BUCKET)) settle(nowUs());
    });
  });
}
