import type { RedisServer } from "@sluice/test/redis-server";
import type { BenchTable } from "../bench.js";
import { startChild } from "../children/start-child.js";
import { median } from "../statistics.js";
import type { InboundLoadHandlers } from "./load-worker.js";
import { type Framework, type Limiting, paths } from "./servers.js";
import type { InboundServerHandlers } from "./server-worker.js";

/** Part of the requests a second that the middleware may cost. */
const PROMISED_LOSS = 0.05;
const CONNECTIONS = 32;
const WARM_UP_SLICES = 12;

/** Who serves what is in front of it in turn, and whose requests come. */
interface Situation {
  readonly framework: Framework;
  readonly endpoint: keyof typeof paths;
  readonly users: number;
  readonly limited: readonly Exclude<Limiting, "none">[];
}

const all = ["fields alone", "sluice, lease", "peer, in memory", "peer, over Redis"] as const;
const inMemory = ["fields alone", "sluice, lease", "peer, in memory"] as const;
const ours = ["fields alone", "sluice, lease"] as const;
const situations: readonly Situation[] = [
  { framework: "node:http", endpoint: "page", users: 32, limited: ours },
  { framework: "express", endpoint: "page", users: 32, limited: inMemory },
  { framework: "fastify", endpoint: "page", users: 32, limited: inMemory },
  { framework: "hono", endpoint: "page", users: 32, limited: inMemory },
  { framework: "node:http", endpoint: "record", users: 32, limited: ours },
  { framework: "node:http", endpoint: "record", users: 1000, limited: ours },
  { framework: "express", endpoint: "record", users: 32, limited: inMemory },
  { framework: "fastify", endpoint: "record", users: 32, limited: inMemory },
  { framework: "hono", endpoint: "record", users: 32, limited: inMemory },
  { framework: "node:http", endpoint: "thing", users: 32, limited: ours },
  { framework: "express", endpoint: "thing", users: 32, limited: all },
  { framework: "fastify", endpoint: "thing", users: 32, limited: all },
  { framework: "hono", endpoint: "thing", users: 32, limited: all },
];
const peers: Readonly<Record<Framework, string>> = {
  "node:http": "",
  express: "express-rate-limit",
  fastify: "@fastify/rate-limit",
  hono: "hono-rate-limiter",
};

/** One turn. */
interface Turn {
  readonly perSecond: number;
  /** Processor time of the server. Unit: microseconds. */
  readonly cpuPerRequestUs: number;
}

interface Row extends Pick<Situation, "framework" | "endpoint" | "users"> {
  readonly limiting: Exclude<Limiting, "none">;
  readonly bare: readonly Turn[];
  readonly turns: readonly Turn[];
}

/** How many requests a second a web server loses to the middleware. */
export async function measureHttp(
  server: RedisServer,
  effort: { readonly turns: number; readonly sliceMs: number; readonly frameworks?: readonly Framework[] },
): Promise<BenchTable> {
  const rows: Row[] = [];
  const { frameworks = situations.map(({ framework }) => framework) } = effort;
  for (const situation of situations.filter(({ framework }) => frameworks.includes(framework)))
    rows.push(...(await measure(server.url, situation, effort)));
  return {
    title: "How many requests does a web server lose to the middleware?",
    columns: [
      "server",
      "endpoint",
      "users",
      "in front",
      "bare, 1/s",
      "with it, 1/s",
      "lost, %",
      "CPU, µs/request",
      "more CPU, %",
    ],
    rows: rows.map((row) => [
      row.framework,
      row.endpoint,
      row.users,
      row.limiting.replace("peer", peers[row.framework]),
      median(row.bare.map(({ perSecond }) => perSecond)),
      median(row.turns.map(({ perSecond }) => perSecond)),
      100 * loss(row),
      median(row.turns.map(({ cpuPerRequestUs }) => cpuPerRequestUs)),
      100 * (between(row, "cpuPerRequestUs") - 1),
    ]),
    notes: [
      `${CONNECTIONS} connections from another process, each asking again as soon as it is answered. One process serves with and without, in turns of a tenth of a second; medians of the turns' ratios.`,
      "A thing is an object of 46 bytes that is there already; a record is read from Redis and written out as 2 KB of JSON; a page is that record as a table of 96 rows with numbers and dates for people.",
    ],
    promises: Object.keys(paths).map((endpoint) => {
      const own = rows.filter((row) => row.limiting === "sluice, lease" && row.endpoint === endpoint);
      const losses = own.map((row) => `${row.framework}, ${row.users} users ${(100 * loss(row)).toFixed(1)} %`);
      return {
        text: `ours costs the endpoint "${endpoint}" at most ${100 * PROMISED_LOSS} % of its requests a second (${losses.join(", ")})`,
        kept: own.every((row) => loss(row) <= PROMISED_LOSS),
      };
    }),
    figures: rows,
  };
}

async function measure(
  url: string,
  { framework, endpoint, users, limited }: Situation,
  { turns, sliceMs }: { readonly turns: number; readonly sliceMs: number },
): Promise<Row[]> {
  const load = startChild<InboundLoadHandlers>("inbound/load-worker.js");
  const child = startChild<InboundServerHandlers>("inbound/server-worker.js");
  try {
    const ports = await child.ask("open", { framework, limiting: ["none", ...limited], url });
    const subjects = ports.map((port) => {
      const run = async (ms: number): Promise<Turn> => {
        const before = await child.ask("cpu", undefined);
        const orders = { port, path: paths[endpoint], connections: CONNECTIONS, users, ms };
        const { done, tookS } = await load.ask("run", orders);
        const after = await child.ask("cpu", undefined);
        return { perSecond: done / tookS, cpuPerRequestUs: (after - before) / done };
      };
      return { run, took: [] as Turn[] };
    });
    // Turn -1 warms up; the order is turned round each time. Turns are short, since the machine's own speed drifts.
    for (let turn = -1; turn < turns; turn += 1)
      for (const { run, took } of turn % 2 === 0 ? subjects : subjects.toReversed()) {
        const figures = await run(turn < 0 ? WARM_UP_SLICES * sliceMs : sliceMs);
        if (turn >= 0) took.push(figures);
      }
    const [bare, ...others] = subjects;
    return others.map(({ took }, index): Row => {
      const limiting = limited[index] as Row["limiting"];
      return { framework, endpoint, users, limiting, bare: bare?.took ?? [], turns: took };
    });
  } finally {
    await Promise.all([load.kill(), child.kill()]);
  }
}

function loss(row: Row): number {
  return 1 - between(row, "perSecond");
}

/** What it is with the middleware, to what it is without, turn by turn. */
function between({ bare, turns }: Row, what: keyof Turn): number {
  return median(turns.map((turn, index) => turn[what] / (bare[index]?.[what] ?? Number.NaN)));
}
