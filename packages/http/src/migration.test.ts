import { createServer } from "node:http";
import { describe, expect, it } from "vitest";
import * as inExpress from "../../../docs/snippets/http-migration-express.js";
import * as inFastify from "../../../docs/snippets/http-migration-fastify.js";
import { type Answered, ask, type Asking } from "./testing/ask.test-support.js";
import { closeServer, listen, urlOf } from "./testing/servers.test-support.js";

/** As the proxy on this machine sends it on. */
const from = (address: string, asking: Asking): Asking => ({
  ...asking,
  headers: { ...asking.headers, "x-forwarded-for": address },
});

async function answersTo(url: string, script: readonly Asking[]): Promise<Answered[]> {
  const answers: Answered[] = [];
  for (const asking of script) answers.push(await ask(url, asking));
  return answers;
}

const times = (count: number, asking: Asking): Asking[] => Array.from({ length: count }, () => asking);
const statusesOf = (answers: readonly Answered[]): number[] => answers.map(({ status }) => status);

describe("a service moved from express-rate-limit", () => {
  const wrong = { method: "POST", path: "/login" };
  const right = { ...wrong, headers: { "x-password": "right" } };
  const script = [
    ...times(7, from("192.0.2.1", { path: "/things" })),
    ...times(2, from("192.0.2.2", { path: "/things" })),
    ...times(3, from("192.0.2.1", { path: "/health" })),
    ...times(3, from("2001:db8:0:1::1", { path: "/things" })),
    ...times(3, from("2001:db8:0:ff::2", { path: "/things" })),
    ...times(2, from("192.0.2.3", right)),
    ...times(3, from("192.0.2.3", wrong)),
    ...times(1, from("192.0.2.4", wrong)),
  ];

  it("answers the same requests alike, and says as much", async () => {
    const servers = [createServer(inExpress.before()), createServer()];
    const { app, engine } = inExpress.after();
    servers[1]?.on("request", app);
    const [peer = [], ours = []] = await Promise.all(
      servers.map(async (server) => answersTo(await listen(server), script)),
    );
    const wanted = [
      [200, 200, 200, 200, 200, 429, 429],
      [200, 200],
      [200, 200, 200],
      [200, 200, 200, 200, 200, 429],
      [200, 200],
      [401, 401, 401],
      [401],
    ];
    expect(statusesOf(peer)).toEqual(wanted.flat());
    expect(statusesOf(ours)).toEqual(statusesOf(peer));
    const told = ({ headers }: Answered): unknown[] => [headers["x-ratelimit-limit"], headers["x-ratelimit-remaining"]];
    expect(ours.slice(0, 9).map(told)).toEqual(peer.slice(0, 9).map(told));
    await Promise.all(servers.map(closeServer));
    await engine.close();
  });

  it("refuses guesses alike, with the status and words that were given", async () => {
    const servers = [createServer(inExpress.before()), createServer()];
    const { app, engine } = inExpress.after();
    servers[1]?.on("request", app);
    const guesses = [...times(1, from("192.0.2.5", right)), ...times(4, from("192.0.2.5", wrong))];
    for (const server of servers) {
      const answers = await answersTo(await listen(server), guesses);
      expect(statusesOf(answers)).toEqual([200, 401, 401, 401, 403]);
      expect(answers.at(-1)?.json).toEqual({ error: "Too many attempts" });
    }
    await Promise.all(servers.map(closeServer));
    await engine.close();
  });
});

describe("a service moved from @fastify/rate-limit", () => {
  const answersOfBoth = async (script: readonly Asking[]): Promise<Answered[][]> => {
    const seen: Answered[][] = [];
    for (const app of [await inFastify.before(), await inFastify.after()]) {
      await app.listen({ port: 0, host: "127.0.0.1" });
      seen.push(await answersTo(urlOf(app.server), script));
      await app.close();
    }
    return seen;
  };

  it("answers the same requests alike, by routes and exceptions", async () => {
    const script = [
      ...times(6, from("192.0.2.1", { path: "/things" })),
      ...times(3, from("192.0.2.1", { path: "/report" })),
      ...times(6, from("192.0.2.1", { path: "/health" })),
      ...times(6, from("192.0.2.99", { path: "/things" })),
    ];
    const refused = new Set([5, 8]);
    const [peer = [], ours = []] = await answersOfBoth(script);
    expect(statusesOf(peer)).toEqual(script.map((_, n) => (refused.has(n) ? 429 : 200)));
    expect(statusesOf(ours)).toEqual(statusesOf(peer));
    const words = ({ json }: Answered): unknown[] => [json["statusCode"], json["error"], typeof json["ttl"]];
    expect(ours.filter((_, n) => refused.has(n)).map(words)).toEqual(peer.filter((_, n) => refused.has(n)).map(words));
    expect(ours[0]?.headers["x-ratelimit-reset"]).toBe(peer[0]?.headers["x-ratelimit-reset"]);
  });

  it("has one bucket for the routes of a group, which the other counts one by one", async () => {
    const [peer = [], ours = []] = await answersOfBoth([
      ...times(2, from("192.0.2.1", { path: "/otp/send", method: "POST" })),
      ...times(2, from("192.0.2.1", { path: "/otp/resend", method: "POST" })),
      ...times(1, from("192.0.2.2", { path: "/otp/resend", method: "POST" })),
    ]);
    expect([statusesOf(peer), statusesOf(ours)]).toEqual([
      [200, 200, 200, 200, 200],
      [200, 200, 200, 429, 200],
    ]);
  });
});
