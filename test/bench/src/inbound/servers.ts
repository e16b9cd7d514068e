import { createServer, type Server, type ServerResponse } from "node:http";
import { type HttpBindings, getRequestListener } from "@hono/node-server";
import fastifyRateLimit from "@fastify/rate-limit";
import { rateLimit as expressLimit } from "@sluice/http/express";
import { rateLimit as fastifyLimit } from "@sluice/http/fastify";
import { rateLimit as honoLimit } from "@sluice/http/hono";
import { rateLimit as nodeLimit } from "@sluice/http/node";
import express from "express";
import expressRateLimit from "express-rate-limit";
import Fastify from "fastify";
import { Hono } from "hono";
import { rateLimiter as honoRateLimiter } from "hono-rate-limiter";
import { RedisStore } from "rate-limit-redis";
import { connect } from "../peers/connect.js";
import { honoStore } from "./hono-over-redis.js";
import { wide } from "./policies.js";

/** Who serves. */
export type Framework = "node:http" | "express" | "fastify" | "hono";

/**
 * What stands in front: nothing, a handler that writes the fields of the answer's header and decides nothing, ours, or the middleware that people
 * use with this framework, in memory and over Redis.
 */
export type Limiting = "none" | "fields alone" | "sluice, lease" | "peer, in memory" | "peer, over Redis";

const thing = { id: 1, name: "a thing", tags: ["one", "two"] };
/**
 * What is asked for: an object that is there; a record that is read from a Redis, looked into and written out; or the same record as the page of a
 * report, with numbers and dates as people read them.
 */
export const paths = { thing: "/things/1", record: "/records/1", page: "/pages/1" } as const;
const RECORD = JSON.stringify({
  id: 1,
  name: "a record",
  lines: Array.from({ length: 24 }, (_, index) => ({
    index,
    article: `article ${index}`,
    amount: index * 3,
    price: 9.5,
  })),
});

interface Line {
  readonly index: number;
  readonly article: string;
  readonly amount: number;
  readonly price: number;
}

/** What each of these servers does for its endpoints. */
interface Work {
  readonly record: () => Promise<object>;
  readonly page: () => Promise<object>;
}

async function openWork(url: string): Promise<Work> {
  const client = connect(url);
  await client.set("record:1", RECORD);
  const record = async (): Promise<{ readonly lines: readonly Line[]; readonly total: number }> => {
    const read = JSON.parse((await client.get("record:1")) ?? "{}") as { readonly lines: readonly Line[] };
    return { ...read, total: read.lines.reduce((total, { amount, price }) => total + amount * price, 0) };
  };
  return { record, page: async () => ({ html: pageOf(await record()) }) };
}

const money = new Intl.NumberFormat("en", { style: "currency", currency: "EUR" });
const day = new Intl.DateTimeFormat("en", { dateStyle: "long", timeZone: "UTC" });

/** A table with a row for each line and quarter of a year. */
function pageOf({ lines, total }: { readonly lines: readonly Line[]; readonly total: number }): string {
  const quarters = [0, 3, 6, 9].flatMap((month) => lines.map((line) => ({ month, ...line })));
  const rows = quarters.map(({ month, index, article, amount, price }) => {
    const due = day.format(Date.UTC(2026, month, 1 + (index % 28)));
    const cells = [article, String(amount), money.format(price), money.format(amount * price), due];
    return `<tr>${cells.map((cell) => `<td>${cell.replaceAll("&", "&amp;").replaceAll("<", "&lt;")}</td>`).join("")}</tr>`;
  });
  return `<h1>A record</h1><table>${rows.join("")}</table><p>${money.format(total)}</p>`;
}
const WINDOW_MS = 60_000;
const LIMIT = 2_000_000_000;
const USER = "x-user";

/** What every answer of ours says in its header, as of the first second. */
const fields: readonly (readonly [string, string])[] = [
  ["RateLimit-Policy", `"per-user";q=${LIMIT};w=60`],
  ["RateLimit", `"per-user";r=${LIMIT - 1};t=1`],
  ["X-RateLimit-Limit", String(LIMIT)],
  ["X-RateLimit-Remaining", String(LIMIT - 1)],
  ["X-RateLimit-Reset", "1800000000"],
];
const writeFields = (response: ServerResponse): void => {
  for (const [name, value] of fields) response.setHeader(name, value);
};

const ours = (url: string) => ({ redis: url, policies: [wide], lease: true });
const nameOf = (header: string | string[] | undefined): string => String(header);

/** A server with these endpoints. */
export const servers: Readonly<Record<Framework, (limiting: Limiting, url: string) => Promise<Server>>> = {
  async "node:http"(limiting, url) {
    const { record, page } = await openWork(url);
    const limit =
      limiting === "none" || limiting === "fields alone"
        ? undefined
        : nodeLimit({ ...ours(url), identify: (request) => ({ user: nameOf(request.headers[USER]) }) });
    return createServer((request, response) => {
      if (limiting === "fields alone") writeFields(response);
      const write = (object: object): void => {
        const body = JSON.stringify(object);
        response.writeHead(200, { "content-type": "application/json", "content-length": Buffer.byteLength(body) });
        response.end(body);
      };
      const answer = (): void => {
        if (request.url === paths.thing) write(thing);
        else void (request.url === paths.record ? record : page)().then(write);
      };
      if (limit === undefined) answer();
      else limit(request, response, answer);
    });
  },

  async express(limiting, url) {
    const { record, page } = await openWork(url);
    const app = express();
    if (limiting === "sluice, lease")
      app.use(expressLimit({ ...ours(url), identify: (request) => ({ user: nameOf(request.headers[USER]) }) }));
    else if (limiting === "fields alone") app.use((_request, response, next) => (writeFields(response), next()));
    else if (limiting !== "none") {
      const client = limiting === "peer, over Redis" ? connect(url) : undefined;
      const store = client && {
        store: new RedisStore({
          sendCommand: (command = "", ...words) => client.call(command, ...words) as Promise<string>,
        }),
      };
      app.use(
        expressRateLimit({
          windowMs: WINDOW_MS,
          limit: LIMIT,
          standardHeaders: "draft-8",
          keyGenerator: (request) => nameOf(request.headers[USER]),
          ...store,
        }),
      );
    }
    app.get("/things/:id", (_request, response) => void response.json(thing));
    app.get("/records/:id", async (_request, response) => void response.json(await record()));
    app.get("/pages/:id", async (_request, response) => void response.json(await page()));
    return createServer(app);
  },

  async fastify(limiting, url) {
    const { record, page } = await openWork(url);
    const app = Fastify();
    const keyGenerator = (request: { headers: Record<string, string | string[] | undefined> }): string =>
      nameOf(request.headers[USER]);
    if (limiting === "sluice, lease")
      await app.register(fastifyLimit, {
        ...ours(url),
        identify: (request) => ({ user: nameOf(request.headers[USER]) }),
      });
    else if (limiting === "fields alone")
      app.addHook("onRequest", (_request, reply, done) => (writeFields(reply.raw), done()));
    else if (limiting !== "none") {
      const shared = limiting === "peer, over Redis" ? { redis: connect(url) } : {};
      await app.register(fastifyRateLimit, { max: LIMIT, timeWindow: WINDOW_MS, keyGenerator, ...shared });
    }
    app.get("/things/:id", async () => thing);
    app.get("/records/:id", record);
    app.get("/pages/:id", page);
    await app.ready();
    return app.server;
  },

  async hono(limiting, url) {
    const { record, page } = await openWork(url);
    const app = new Hono<{ Bindings: HttpBindings }>();
    if (limiting === "sluice, lease")
      app.use(honoLimit({ ...ours(url), identify: (context) => ({ user: nameOf(context.req.header(USER)) }) }));
    else if (limiting === "fields alone")
      app.use(async (context, next) => {
        await next();
        for (const [name, value] of fields) context.res.headers.set(name, value);
      });
    else if (limiting !== "none") {
      const shared = limiting === "peer, over Redis" ? { store: honoStore(connect(url)) } : {};
      app.use(
        honoRateLimiter({
          windowMs: WINDOW_MS,
          limit: LIMIT,
          keyGenerator: (context) => nameOf(context.req.header(USER)),
          ...shared,
        }),
      );
    }
    app.get("/things/:id", (context) => context.json(thing));
    app.get("/records/:id", async (context) => context.json(await record()));
    app.get("/pages/:id", async (context) => context.json(await page()));
    return createServer(getRequestListener(app.fetch));
  },
};
