import { isSluiceError } from "@sluice/core";
import { describe, expect, it } from "vitest";
import { runOnce, runUntilDone } from "../src/operator.js";
import { bench, realmsOf } from "./operator-bench.js";

/** Requests are real, time is a fake clock's: what takes minutes here takes seconds to test. */
describe("on a fake clock", { timeout: 60_000 }, () => {
  it("1000 realms of one namespace take 200 seconds, less the burst", { timeout: 60_000 }, async () => {
    const { api, keycloak, sent, pass } = await bench({ timeoutMs: 600_000, reconcileJitterMs: 0 });
    await pass(runUntilDone({ api, desired: realmsOf("team-a", 1000) }), 1000);
    expect(keycloak.state.realms.size).toBe(1001);
    const creates = sent.filter(({ operation }) => operation === "realms.create").map(({ atMs }) => atMs);
    expect(creates).toHaveLength(1000);
    // Ten at once, then five a second: (1000 - 10) / 5 = 198 s.
    const tookS = ((creates.at(-1) ?? 0) - (creates[0] ?? 0)) / 1000;
    expect(tookS).toBeGreaterThanOrEqual(198);
    expect(tookS).toBeLessThan(201);
    expect(keycloak.ledger.throttled()).toEqual([]);
  });

  it(
    "20 teams share the server fairly, whoever came first and however much each wants",
    { timeout: 60_000 },
    async () => {
      const { api, sent, pass } = await bench({ timeoutMs: 600_000, reconcileJitterMs: 0 });
      const teams = Array.from({ length: 20 }, (_, index) => `team-${index}`);
      // The first team wants five times as much as the others.
      const desired = teams.flatMap((team, index) => realmsOf(team, index === 0 ? 300 : 60));
      const work = pass(runUntilDone({ api, desired }));
      await work;
      const creates = sent.filter(({ operation }) => operation === "realms.create");
      expect(creates).toHaveLength(300 + 19 * 60);
      // After ten seconds all still wait, and 50 a second and the burst are shared by twenty.
      const early = creates.filter(({ atMs }) => atMs <= 10_000);
      const counts = teams.map((team) => early.filter(({ namespace }) => namespace === team).length);
      expect(early.length).toBeGreaterThan(550);
      expect(early.length).toBeLessThanOrEqual(601);
      expect(Math.min(...counts)).toBeGreaterThanOrEqual(24);
      expect(Math.max(...counts)).toBeLessThanOrEqual(37);
      // The others are done when 20 x 60 could be: the large one holds nobody up. By then it has as much as they, and goes on at five
      // a second: 24 s + 240 / 5 = 72 s.
      const lastOf = (team: string): number =>
        Math.max(...creates.filter((one) => one.namespace === team).map((one) => one.atMs));
      expect(Math.max(...teams.slice(1).map(lastOf))).toBeLessThan(26_000);
      expect(lastOf("team-0")).toBeLessThan(74_000);
    },
  );

  it("a restart with 50 resources spreads over five seconds", async () => {
    const { api, sent, pass } = await bench();
    const desired = Array.from({ length: 50 }, (_, index) => ({ namespace: `team-${index}`, realm: `realm-${index}` }));
    await pass(runUntilDone({ api, desired }), 100);
    const starts = sent.filter(({ operation }) => operation === "realms.create").map(({ atMs }) => atMs);
    const perSecond = [0, 1, 2, 3, 4].map((s) => starts.filter((ms) => ms >= s * 1000 && ms < (s + 1) * 1000).length);
    expect(perSecond.reduce((sum, many) => sum + many)).toBe(50);
    expect(Math.min(...perSecond)).toBeGreaterThanOrEqual(4);
    expect(Math.max(...perSecond)).toBeLessThanOrEqual(18);
  });

  it("an outage is not hammered, and when it is over everything gets done", async () => {
    const { api, keycloak, clock, pass, passMs } = await bench({ timeoutMs: 20_000 });
    const desired = realmsOf("team-a", 50);
    await api.getAccessToken();
    keycloak.down();
    const before = keycloak.ledger.count();
    const errors: unknown[] = [];
    const onFailure = (_resource: string, error: unknown): void => void errors.push(error);
    const state = { done: false };
    const work = runUntilDone({ api, desired, clock, onFailure }).finally(() => void (state.done = true));
    await passMs(120_000);
    const during = keycloak.ledger.count() - before;
    // Five failures open the breaker; then a probe after 10 s, 20 s, 40 s and a minute.
    expect(during).toBeGreaterThanOrEqual(5);
    expect(during).toBeLessThanOrEqual(12);
    expect(errors.every((error) => error instanceof Error)).toBe(true);
    expect(state.done).toBe(false);
    keycloak.up();
    const { failed } = await pass(work);
    expect([failed, keycloak.state.realms.size]).toEqual([[], 51]);
  });

  it("an outage in the middle of 50 resources is not hammered either", async () => {
    const { api, keycloak, clock, pass, passMs } = await bench({ timeoutMs: 20_000 });
    const work = runUntilDone({ api, desired: realmsOf("team-a", 50), clock });
    void work.catch(() => {});
    await passMs(2000);
    keycloak.down({ status: 503 });
    const before = keycloak.ledger.count();
    await passMs(60_000);
    expect(keycloak.ledger.count() - before).toBeLessThanOrEqual(15);
    keycloak.up();
    expect((await pass(work)).failed).toEqual([]);
    expect(keycloak.state.realms.size).toBe(51);
  });

  it("waiting ends in clear errors by the deadline, whatever is in the way", async () => {
    const { api, clock, pass } = await bench({ timeoutMs: 5000, reconcileJitterMs: 0 });
    await api.getAccessToken();
    const endOf = async (call: () => Promise<unknown>): Promise<readonly [code: unknown, tookMs: number]> => {
      const startedMs = clock.now();
      const error = await call().then(
        () => undefined,
        (reason: unknown) => reason,
      );
      return [isSluiceError(error) ? error.code : error, clock.now() - startedMs];
    };
    // Too much for the namespace: said at once, not after the wait.
    const team = api.as({ namespace: "team-a" });
    const asked = Array.from({ length: 60 }, () => endOf(() => team.realms.find()));
    const ends = await pass(Promise.all(asked));
    // Ten at once and five a second for five seconds get through.
    expect(ends.filter(([code]) => code === undefined).length).toBeGreaterThanOrEqual(30);
    expect(ends.filter(([code]) => code === "LIMIT_EXCEEDED").length).toBeGreaterThanOrEqual(20);
    const codes = new Set(ends.map(([code]) => code));
    for (const known of [undefined, "LIMIT_EXCEEDED", "DEADLINE_EXCEEDED"]) codes.delete(known);
    expect([...codes]).toEqual([]);
    expect(Math.max(...ends.map(([, tookMs]) => tookMs))).toBeLessThanOrEqual(5200);
  });

  it("a breaker that is open says so at once, and a round that fails says which resources", async () => {
    const { api, keycloak, pass } = await bench({ timeoutMs: 20_000, retry: false });
    await api.getAccessToken();
    keycloak.down();
    for (let call = 0; call < 5; call += 1) await pass(api.realms.find().catch(() => undefined));
    await expect(api.realms.find()).rejects.toMatchObject({ code: "CIRCUIT_OPEN" });
    const round = await pass(runOnce({ api, desired: realmsOf("team-a", 3) }));
    expect(round).toEqual({ changes: [], failed: ["team-a-0", "team-a-1", "team-a-2"] });
  });
});
