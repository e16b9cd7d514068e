import type { AuditEntry } from "@sluice/limiter";
import { redisControlStore } from "@sluice/limiter-redis";
import { apiKeyDigest, createPolicyEngine, type PolicyEngine } from "@sluice/policy";
import { startRedisServer } from "@sluice/test/redis-server";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { errorOf, openDashboard } from "./dashboard.test-support.js";

let server: Awaited<ReturnType<typeof startRedisServer>>;
beforeAll(async () => {
  server = await startRedisServer();
});
afterAll(() => server.stop());

let prefixes = 0;
function fresh(): { readonly url: string; readonly prefix: string } {
  prefixes += 1;
  return { url: server.url, prefix: `actions${prefixes}` };
}

/** The engine of another process. */
async function engineOn(redis: { readonly url: string; readonly prefix: string }): Promise<PolicyEngine> {
  const engine = createPolicyEngine({ redis: { ...redis, commandTimeoutMs: 10_000 }, policies: [] });
  onTestFinished(() => engine.close());
  await engine.ready();
  return engine;
}

const why = { author: "ops", reason: "incident 7", confirm: true };
const shadow = { ...why, kind: "shadow", forMs: 600_000, seenUntilMs: null };

async function auditOf(engine: PolicyEngine): Promise<readonly Partial<AuditEntry>[]> {
  const entries = await engine.audit.tail();
  return entries.map(({ action, subject, author, reason }) => ({ action, subject, author, reason: reason ?? "" }));
}

describe("changes that a page asks for", { timeout: 30_000 }, () => {
  it("switches all policies to shadow and back, everywhere, with its audit", async () => {
    const where = fresh();
    const engine = await engineOn(where);
    const { post } = await openDashboard(where);
    const begun = await post("/api/emergency/begin", shadow);
    expect([begun.status, begun.text]).toEqual([200, expect.stringMatching(/Policies refuse nobody until .* UTC/)]);
    await expect.poll(() => engine.mode, { timeout: 10_000 }).toBe("shadow");
    const { untilMs } = (await engine.emergency.status()) ?? { untilMs: 0 };
    expect((await post("/api/emergency/end", { ...why, seenUntilMs: untilMs })).status).toBe(200);
    await expect.poll(() => engine.mode, { timeout: 10_000 }).toBe("enforce");
    expect((await post("/api/emergency/end", { ...why, seenUntilMs: null })).status).toBe(404);
    expect(await auditOf(engine)).toEqual([
      { action: "emergency.shadow", subject: "all policies", author: "ops", reason: "incident 7" },
      { action: "emergency.end", subject: "all policies", author: "ops", reason: "incident 7" },
    ]);
  });

  it("holds a breaker open and closed, and lets it go", async () => {
    const where = fresh();
    const engine = await engineOn(where);
    const { post } = await openDashboard(where);
    const name = `git"lab<b>`;
    const open = { ...why, name, state: "open", forMs: 60_000, seenUntilMs: null };
    expect((await post("/api/breakers/force", open)).status).toBe(200);
    const [held] = await engine.breakers.list();
    expect(held).toMatchObject({ name, state: "open", author: "ops" });
    const closed = { ...open, state: "closed", seenUntilMs: held?.untilMs };
    expect((await post("/api/breakers/force", closed)).status).toBe(200);
    const [now] = await engine.breakers.list();
    expect(now?.state).toBe("closed");
    expect((await post("/api/breakers/reset", { ...why, name, seenUntilMs: now?.untilMs })).status).toBe(200);
    expect((await post("/api/breakers/reset", { ...why, name, seenUntilMs: null })).status).toBe(404);
    expect(await engine.breakers.list()).toEqual([]);
    expect((await auditOf(engine)).map(({ action }) => action)).toEqual([
      "breaker.open",
      "breaker.closed",
      "breaker.release",
    ]);
  });

  it("grants an override that ends, and revokes it", async () => {
    const where = fresh();
    const engine = await engineOn(where);
    const { post } = await openDashboard(where);
    const draft = { ...why, of: "user", whose: "alice", under: "", what: "multiply", multiply: 3, forMs: 3_600_000 };
    expect((await post("/api/overrides/grant", draft)).status).toBe(200);
    const { multiply: _, ...other } = draft;
    expect(
      (await post("/api/overrides/grant", { ...other, what: "window", window: "5/minute+2", whose: "bob" })).status,
    ).toBe(200);
    const [one, two] = await engine.overrides.list();
    expect(one).toMatchObject({ subject: { user: "alice" }, multiply: 3, author: "ops", reason: "incident 7" });
    expect(two).toMatchObject({ subject: { user: "bob" }, windows: [{ limit: 5, burst: 2 }] });
    expect((await post("/api/overrides/revoke", { ...why, id: one?.id })).status).toBe(200);
    expect((await post("/api/overrides/revoke", { ...why, id: one?.id })).status).toBe(404);
    expect(await engine.overrides.list()).toHaveLength(1);
  });

  it("grants nothing without an end or beyond the ceiling", async () => {
    const where = fresh();
    const engine = await engineOn(where);
    const { post } = await openDashboard(where);
    const draft = { ...why, of: "user", whose: "alice", what: "multiply", multiply: 3, forMs: 3_600_000 };
    const day = 86_400_000;
    for (const odd of [
      { forMs: 36_500 * day },
      { forMs: 0 },
      { forMs: 999 },
      { forMs: "1h" },
      { forMs: null },
      { multiply: 1e9 },
      { what: "window", window: "2000000000/minute", multiply: undefined },
      { what: "unlimited", forMs: 2 * day, multiply: undefined },
      { of: "everybody" },
      { whose: "" },
    ]) {
      const answer = await post("/api/overrides/grant", { ...draft, ...odd });
      expect([odd, answer.status]).toEqual([odd, 400]);
      expect(errorOf(answer)).toMatch(/must be/);
    }
    expect(await engine.overrides.list()).toEqual([]);
    expect(await auditOf(engine)).toEqual([]);
  });

  it("forgives one, and everybody", async () => {
    const where = fresh();
    const engine = await engineOn(where);
    const { post } = await openDashboard(where);
    expect((await post("/api/reputation/reset", { ...why, of: "user", whose: "alice" })).status).toBe(200);
    expect((await post("/api/reputation/reset", { ...why, of: "everybody" })).status).toBe(200);
    expect((await auditOf(engine)).map(({ subject }) => subject)).toEqual(["user/alice", "everybody"]);
  });

  it("wants a reason, an author and a confirmation, and fields that it knows", async () => {
    const where = fresh();
    const engine = await engineOn(where);
    const { post } = await openDashboard(where);
    for (const [odd, complaint] of [
      [{ reason: "" }, "reason must be"],
      [{ reason: "  x " }, "reason must be 3 to 500 characters"],
      [{ reason: "x".repeat(501) }, "reason must be"],
      [{ reason: { toString: "x" } }, "reason must be"],
      [{ author: "" }, "author must be"],
      [{ author: "x".repeat(201) }, "author must be"],
      [{ confirm: "true" }, "confirm must be true"],
      [{ confirm: undefined }, "confirm must be true"],
      [{ forMs: 999 }, "forMs must be"],
      [{ forMs: 8 * 86_400_000 }, "forMs must be"],
      [{ kind: "destroy" }, "kind must be"],
      [{ seenUntilMs: undefined }, "seenUntilMs must be"],
      [{ extra: 1 }, "body must be of"],
    ] as const) {
      const answer = await post("/api/emergency/begin", { ...shadow, ...odd });
      expect([odd, answer.status, errorOf(answer)]).toEqual([odd, 400, expect.stringContaining(complaint)]);
    }
    for (const text of ["", "{", "null", "[]", "3", '"shadow"'])
      expect((await post("/api/emergency/begin", text)).status).toBe(400);
    expect((await post("/api/emergency/begin", `{"reason":"${"x".repeat(17_000)}"}`)).status).toBe(413);
    expect(await auditOf(engine)).toEqual([]);
  });

  it("tells the second of two admins what the first did, whether he is on this page or elsewhere", async () => {
    const where = fresh();
    const engine = await engineOn(where);
    const [one, other] = [await openDashboard(where), await openDashboard(where)];
    // At the same instant, on two dashboards, several times: one is heard, and the other told.
    for (let round = 0; round < 5; round += 1) {
      const seenUntilMs = (await engine.emergency.status())?.untilMs ?? null;
      const change = { ...shadow, seenUntilMs, forMs: 600_000 + round * 1000 };
      const answers = await Promise.all([
        one.post("/api/emergency/begin", change),
        other.post("/api/emergency/begin", { ...change, kind: "disable", forMs: change.forMs + 500, author: "second" }),
      ]);
      expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 409]);
      const refused = answers.find(({ status }) => status === 409);
      expect(String(refused && errorOf(refused))).toContain("it is not as you saw it any more");
      await engine.breakers.list();
    }
    expect(await auditOf(engine)).toHaveLength(5);
    // What has nothing to do with it is in nobody's way.
    const seen = (await engine.emergency.status())?.untilMs ?? null;
    const [ended, granted] = await Promise.all([
      one.post("/api/emergency/end", { ...why, seenUntilMs: seen }),
      other.post("/api/reputation/reset", { ...why, of: "user", whose: "alice" }),
    ]);
    expect([ended.status, granted.status]).toEqual([200, 200]);
    const name = "gitlab";
    await engine.breakers.force(name, "open", { forMs: 60_000, author: "cli", reason: "they are down" });
    const stale = await one.post("/api/breakers/reset", { ...why, name, seenUntilMs: null });
    expect([stale.status, errorOf(stale)]).toEqual([
      409,
      expect.stringContaining("cli has changed it (they are down)"),
    ]);
  });

  it("makes no more than thirty changes in a minute", async () => {
    const { post } = await openDashboard(fresh());
    const statuses: number[] = [];
    for (let change = 0; change < 32; change += 1)
      statuses.push((await post("/api/overrides/revoke", { ...why, id: "none" })).status);
    expect(statuses).toEqual([...Array.from({ length: 30 }, () => 404), 429, 429]);
    const verified: number[] = [];
    for (let look = 0; look < 7; look += 1) verified.push((await post("/api/audit/verify", {})).status);
    expect(verified).toEqual([200, 200, 200, 200, 200, 200, 429]);
  });

  it("shows no API key, in no answer, event, audit or line of the terminal", async () => {
    const where = fresh();
    const { post, events, run, token } = await openDashboard(where);
    const marker = "key-MARKER-5f1d";
    const stream = await events();
    const texts: string[] = [];
    const draft = { ...why, of: "apiKey", whose: marker, what: "multiply", multiply: 2, forMs: 60_000 };
    for (const [path, body] of [
      ["/api/overrides/grant", draft],
      ["/api/overrides/grant", { ...draft, multiply: 1e9 }],
      ["/api/overrides/grant", { ...draft, whose: marker.repeat(400) }],
      ["/api/overrides/grant", { ...draft, whose: { key: marker } }],
      ["/api/reputation/reset", { ...why, of: "apiKey", whose: marker }],
      ["/api/reputation/reset", { ...why, of: "apiKey", whose: marker.repeat(400) }],
    ] as const)
      texts.push((await post(path, body)).text);
    const digest = apiKeyDigest(marker);
    await expect.poll(() => stream.text(), { timeout: 10_000 }).toContain(`API key ${digest.slice(0, 15)}…`);
    await expect.poll(() => stream.text(), { timeout: 10_000 }).toContain("reputation.reset");
    const control = redisControlStore({ ...where, commandTimeoutMs: 10_000 });
    texts.push(JSON.stringify(await control.audit("policy:default")));
    await control.close();
    for (const text of [...texts, stream.text(), run.err(), run.out()]) expect(text).not.toContain("MARKER");
    expect(stream.text()).not.toContain(digest);
    for (const text of [...texts, stream.text(), run.err()]) expect(text).not.toContain(token);
  });
});
