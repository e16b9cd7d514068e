import { redisControlStore } from "@sluice/limiter-redis";
import { startRedisServer } from "@sluice/test/redis-server";
import { Redis } from "ioredis";
import { connect } from "node:net";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { run as runLine } from "../terminal.test-support.js";
import { createFakeClock } from "@sluice/core/testing";
import { errorOf, openDashboard } from "./dashboard.test-support.js";

let server: Awaited<ReturnType<typeof startRedisServer>>;
beforeAll(async () => {
  server = await startRedisServer();
});
afterAll(() => server.stop());

let prefixes = 0;
function fresh(): { readonly url: string; readonly prefix: string } {
  prefixes += 1;
  return { url: server.url, prefix: `guard${prefixes}` };
}

const changes = [
  "/api/session",
  "/api/emergency/begin",
  "/api/emergency/end",
  "/api/breakers/force",
  "/api/breakers/reset",
  "/api/overrides/grant",
  "/api/overrides/revoke",
  "/api/reputation/reset",
  "/api/audit/verify",
];
const files = ["/", "/styles.css", "/icon.svg", "/uplot.js", "/uplot.css", "/client/main.js", "/client/dom.js"];

async function auditOf(where: { readonly url: string; readonly prefix: string }): Promise<readonly string[]> {
  const control = redisControlStore({ ...where, commandTimeoutMs: 10_000 });
  try {
    const entries = await control.audit("policy:default", { count: 100 });
    return entries.map(({ action, author, reason }) => `${action} by ${author}: ${reason}`);
  } finally {
    await control.close();
  }
}

describe("who is let in to the dashboard", { timeout: 30_000 }, () => {
  it("gives the page to everybody on this machine, without any data, and data to nobody without the token", async () => {
    const where = fresh();
    const { bare, token } = await openDashboard(where);
    for (const path of files) {
      const { status, text } = await bare(path);
      expect([path, status]).toEqual([path, 200]);
      expect(text).not.toContain(token);
      expect(text).not.toContain(where.prefix);
    }
    const own = { "X-Sluice-Dashboard": "1", "Content-Type": "application/json" };
    for (const path of ["/api/events", "/api/what", "/api"]) expect((await bare(path)).status).toBe(401);
    for (const path of changes) {
      const answers = [
        await bare(path, { method: "POST", headers: own, body: "{}" }),
        await bare(path, { method: "POST", headers: { ...own, Cookie: `token=${token}` }, body: "{}" }),
        await bare(`${path}?token=${token}`, { method: "POST", headers: own, body: "{}" }),
        await bare(path, {
          method: "POST",
          headers: { ...own, Authorization: `Basic ${btoa(`a:${token}`)}` },
          body: "{}",
        }),
      ];
      expect(answers.map(({ status }) => status)).toEqual([401, 401, 401, 401]);
      expect(answers[0]?.headers["www-authenticate"]).toContain("Bearer");
    }
  });

  it("reads what comes in chunks as it reads the rest, after it knows who sends it, and to the same bound", async () => {
    const where = fresh();
    const { bare, post, run: started } = await openDashboard(where);
    const chunked = { "Transfer-Encoding": "chunked" };
    const own = { "X-Sluice-Dashboard": "1", "Content-Type": "application/json", ...chunked };
    for (const path of [...changes, "/api/what"])
      for (const body of ["{}", "x".repeat(200_000)])
        expect([path, (await bare(path, { method: "POST", headers: own, body })).status]).toEqual([path, 401]);
    expect((await bare("/", { method: "POST", headers: own, body: "x".repeat(200_000) })).status).toBe(404);
    const begin = { reason: "because", author: "ops", confirm: true, kind: "shadow", forMs: 60_000, seenUntilMs: null };
    const path = "/api/emergency/begin";
    expect((await post(path, "x".repeat(20_000), chunked)).status).toBe(413);
    expect((await post(path, "{", chunked)).status).toBe(400);
    expect((await post(path, { ...begin, reason: "größer ✓" }, chunked)).status).toBe(200);
    expect(await auditOf(where)).toEqual([expect.stringContaining("by ops: größer ✓")]);
    expect(started.err()).toBe("");
  });

  it("says nothing on the terminal of who goes away in the middle of what he sends", async () => {
    const { port, token, bare, run: started } = await openDashboard(fresh());
    for (const length of ["Content-Length: 100", "Transfer-Encoding: chunked"]) {
      const socket = connect(port, "127.0.0.1");
      await new Promise((resolve) => socket.once("connect", resolve));
      const head = `POST /api/emergency/end HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nAuthorization: Bearer ${token}\r\n`;
      const own = "X-Sluice-Dashboard: 1\r\nContent-Type: application/json\r\n";
      socket.write(`${head}${own}${length}\r\n\r\n2\r\n{}\r\n`);
      await bare("/");
      socket.destroy();
      await bare("/");
    }
    expect(started.err()).toBe("");
  });

  it("draws a new token each time, and takes one as long as that from the environment, which it does not print", async () => {
    const where = fresh();
    const [one, other] = [await openDashboard(where), await openDashboard(where)];
    expect(one.token).toMatch(/^[\w-]{43}$/);
    expect(one.token).not.toBe(other.token);
    expect(one.run.out().split(one.token)).toHaveLength(2);
    const chosen = "correct-horse-battery-staple-2026!";
    const own = await openDashboard(where, "", { env: { SLUICE_DASHBOARD_TOKEN: chosen } });
    expect(own.run.out()).not.toContain(chosen);
    expect((await own.post("/api/session", {})).status).toBe(200);
    for (const short of ["x".repeat(31), `${"x".repeat(40)} y`, "ü".repeat(40)]) {
      const refused = runLine("dashboard", { env: { REDIS_URL: where.url, SLUICE_DASHBOARD_TOKEN: short } });
      expect(await refused.exitCode).toBe(2);
      expect(refused.err()).toContain("SLUICE_DASHBOARD_TOKEN must be 32 to 512 printable ASCII characters");
      expect(refused.err()).not.toContain(short);
    }
  });

  it("looks at ten wrong tokens in a minute and no more, notes them, and leaves alone who works with the page", async () => {
    const where = fresh();
    const clock = createFakeClock();
    const { get, post, run: started } = await openDashboard(where, "", { clock });
    const { session } = JSON.parse((await post("/api/session", {})).text) as { readonly session: string };
    const wrong = { Authorization: `Bearer ${"x".repeat(43)}` };
    const tried: number[] = [];
    for (let attempt = 0; attempt < 12; attempt += 1) tried.push((await get("/api/what", wrong)).status);
    expect(tried).toEqual([...Array.from({ length: 10 }, () => 401), 429, 429]);
    const late = await get("/api/what");
    expect([late.status, late.headers["retry-after"]]).toEqual([429, "60"]);
    expect((await get("/api/what", { Authorization: `Bearer ${session}` })).status).toBe(404);
    await clock.advance(60_000);
    expect((await get("/api/what")).status).toBe(404);
    await expect
      .poll(() => auditOf(where), { timeout: 10_000 })
      .toEqual([
        "dashboard.opened by tester: somebody came with the token",
        "dashboard.refused by tester: wrong tokens within a minute: 1",
        "dashboard.refused by tester: wrong tokens within a minute: 10",
      ]);
    expect(started.err()).toContain("a wrong token was tried");
    // A session is not for ever, and gets no other one.
    const renewed = await post("/api/session", {}, { Authorization: `Bearer ${session}` });
    expect([renewed.status, errorOf(renewed)]).toEqual([403, "the token itself is needed"]);
    await clock.advance(12 * 3_600_000);
    expect((await get("/api/what", { Authorization: `Bearer ${session}` })).status).toBe(401);
  });

  it("is there for the loopback address by its own name alone, whatever name leads to it", async () => {
    const { get, bare, port } = await openDashboard(fresh());
    for (const host of [`127.0.0.1:${port}`, `localhost:${port}`, `[::1]:${port}`])
      expect((await bare("/", { headers: { Host: host } })).status).toBe(200);
    for (const host of [
      "evil.example",
      `evil.example:${port}`,
      `localhost.evil.example:${port}`,
      "127.0.0.1",
      "127.0.0.1:1",
      `0.0.0.0:${port}`,
    ])
      for (const path of ["/", "/client/main.js", "/api/what"]) {
        const { status, text } = await get(path, { Host: host });
        expect([host, status]).toEqual([host, 403]);
        expect(text).not.toContain("<");
      }
    await expect(
      new Promise((resolve, reject) => connect(port, "127.0.0.2").on("connect", resolve).on("error", reject)),
    ).rejects.toThrow("ECONNREFUSED");
  });

  it("takes nothing that a page of another site can send", async () => {
    const where = fresh();
    const { get, post, bare, token, port } = await openDashboard(where);
    const end = { reason: "because", author: "eve", confirm: true, kind: "shadow", forMs: 60_000, seenUntilMs: null };
    const path = "/api/emergency/begin";
    for (const origin of [
      "https://evil.example",
      "null",
      `http://localhost:${port}`,
      `https://127.0.0.1:${port}`,
      "http://127.0.0.1:1",
    ])
      expect((await post(path, end, { Origin: origin })).status).toBe(403);
    for (const site of ["cross-site", "same-site"]) {
      expect((await post(path, end, { "Sec-Fetch-Site": site })).status).toBe(403);
      expect((await get("/api/events", { "Sec-Fetch-Site": site })).status).toBe(403);
    }
    const bearer = { Authorization: `Bearer ${token}` };
    const json = { ...bearer, "Content-Type": "application/json" };
    const body = JSON.stringify(end);
    expect((await bare(path, { method: "POST", headers: json, body })).status).toBe(403);
    for (const type of ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"])
      expect((await post(path, body, { "Content-Type": type })).status).toBe(415);
    for (const method of ["OPTIONS", "PUT", "DELETE", "PATCH"]) {
      const { status, headers } = await bare(path, {
        method,
        headers: { ...json, "Access-Control-Request-Method": "POST" },
      });
      expect(status).toBe(405);
      expect(Object.keys(headers).filter((name) => name.startsWith("access-control"))).toEqual([]);
    }
    expect((await get(path)).status).toBe(404);
    expect(await auditOf(where)).toEqual([]);
    // The page itself says this much, and is heard.
    expect(
      (await post(path, end, { Origin: `http://127.0.0.1:${port}`, "Sec-Fetch-Site": "same-origin" })).status,
    ).toBe(200);
  });

  it("sets strict headers on every answer, sets no cookie, and names no version", async () => {
    const { get, bare, post } = await openDashboard(fresh());
    const answers = [
      ...(await Promise.all(files.map((path) => bare(path)))),
      await bare("/api/events"),
      await get("/../../package.json"),
      await get("/client/..%2f..%2fmain.js"),
      await get("/", { Host: "evil.example" }),
      await post("/api/session", {}),
      await post("/api/session", "x".repeat(20_000)),
    ];
    expect(answers.map(({ status }) => status).slice(files.length)).toEqual([401, 404, 404, 403, 200, 413]);
    for (const { headers, text } of answers) {
      const policy = String(headers["content-security-policy"]);
      for (const rule of [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
      ])
        expect(policy.split("; ")).toContain(rule);
      expect(policy).not.toContain("unsafe");
      expect(headers).toMatchObject({
        "x-content-type-options": "nosniff",
        "x-frame-options": "DENY",
        "referrer-policy": "no-referrer",
        "cache-control": "no-store",
        "cross-origin-resource-policy": "same-origin",
      });
      for (const name of ["set-cookie", "server", "x-powered-by", "access-control-allow-origin"])
        expect(headers).not.toHaveProperty(name);
      expect(text).not.toMatch(/sluice\/?\s*v?\d+\.\d+/i);
    }
  });

  it("has nothing written into its page: scripts and styles are files, and no text becomes markup", async () => {
    const { bare } = await openDashboard(fresh());
    const { text } = await bare("/");
    expect(text).not.toMatch(/<style|<script(?![^>]* src=")|\son[a-z]+=|\sstyle=|javascript:/i);
    expect(
      [...text.matchAll(/(?:src|href)="([^"]*)"/g)]
        .map(([, path]) => path)
        .filter((path) => !/^[/#]/.test(String(path))),
    ).toEqual([]);
    const { text: main } = await bare("/client/main.js");
    const names = [...main.matchAll(/from "\.\/([a-z-]+\.js)"/g)].map(([, name]) => String(name));
    expect(names.length).toBeGreaterThan(8);
    for (const name of names) {
      const { status, text: source } = await bare(`/client/${name}`);
      expect(status).toBe(200);
      expect(source).not.toMatch(/innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|https?:\/\//);
    }
  });

  it("holds no more connections than a few pages need, and cuts those that say nothing", async () => {
    const { port, bare } = await openDashboard(fresh());
    const sockets = await Promise.all(
      Array.from({ length: 80 }, async () => {
        const socket = connect(port, "127.0.0.1")
          .on("error", () => {})
          .resume();
        onTestFinished(() => void socket.destroy());
        await new Promise((resolve) => socket.once("connect", resolve));
        return socket;
      }),
    );
    await expect.poll(() => sockets.filter(({ closed }) => !closed).length, { timeout: 8000 }).toBeLessThanOrEqual(64);
    await expect.poll(() => sockets.filter(({ closed }) => !closed).length, { timeout: 15_000 }).toBe(0);
    expect((await bare("/")).status).toBe(200);
  });

  it("changes nothing where it is read-only, and writes nothing", async () => {
    const where = fresh();
    const { post, get, events, run } = await openDashboard(where, "--read-only");
    await get("/api/what", { Authorization: `Bearer ${"x".repeat(43)}` });
    for (const path of changes.filter((one) => !["/api/session", "/api/audit/verify"].includes(one))) {
      const answer = await post(path, { reason: "because", author: "ops", confirm: true });
      expect([path, answer.status, errorOf(answer)]).toEqual([path, 403, "this dashboard is read-only"]);
    }
    expect((await post("/api/session", {})).status).toBe(200);
    const stream = await events();
    await expect.poll(() => stream.of("state").length, { timeout: 10_000 }).toBeGreaterThan(1);
    const redis = new Redis(where.url);
    onTestFinished(() => redis.disconnect());
    expect(await redis.keys(`${where.prefix}:*`)).toEqual([]);
    expect(run.err()).toContain("a wrong token was tried");
  });

  it("says at once what is wrong with its port, its Redis, or its options", async () => {
    const where = fresh();
    const { port } = await openDashboard(where);
    const taken = runLine(`dashboard --port ${port} --redis ${where.url} --timeout 9000`);
    expect(await taken.exitCode).toBe(1);
    expect(taken.err()).toContain(`port ${port} is taken`);
    const away = runLine("dashboard --timeout 300", { env: { REDIS_URL: "redis://:hunter2@127.0.0.1:1" } });
    expect(await away.exitCode).toBe(1);
    expect(away.err()).not.toContain("hunter2");
    expect(await runLine("dashboard --port 70000").exitCode).toBe(2);
    expect(await runLine("dashboard").exitCode).toBe(2);
  });
});
