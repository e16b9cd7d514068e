import { createCall } from "@sluice/core";
import { createFakeClock } from "@sluice/core/testing";
import { Registry } from "prom-client";
import { describe, expect, it } from "vitest";
import { createMetrics } from "../metrics.js";
import { parseExposition } from "../parse-exposition.test-support.js";
import { MAX_SERIES } from "../labels/caps.js";
import type { DecisionLike, EngineLike, IdentityLike, OverrideLike, PolicyLike } from "./engine-like.js";
import { createPolicyMetrics, type PolicyMetricsOptions } from "./policy-metrics.js";

const allowed: DecisionLike = {
  allowed: true,
  policy: "per-user",
  scope: "user",
  mode: "enforce",
  limit: 100,
  remaining: 60,
  retryAfterMs: 0,
  policies: ["per-user"],
  shadowed: [],
};
const denied: DecisionLike = { ...allowed, allowed: false, remaining: 0, retryAfterMs: 500 };

function setUp(options: PolicyMetricsOptions = {}) {
  const registry = new Registry();
  const clock = createFakeClock();
  const metrics = createPolicyMetrics({ registry, clock, ...options });
  const decide = (decision: Partial<DecisionLike>, identity: IdentityLike = { user: "ann" }): void =>
    metrics.onDecision({ decision: { ...allowed, ...decision }, identity });
  const series = async (name: string): Promise<Record<string, number>> => {
    const samples = parseExposition(await registry.metrics()).filter((sample) => sample.name === name);
    return Object.fromEntries(samples.map(({ labels, value }) => [[...labels.values()].join(" "), value]));
  };
  return { registry, clock, metrics, decide, series };
}

class Engine implements EngineLike {
  mode = "enforce";
  copyAgeMs = 0;
  listed: PolicyLike[] = [];
  granted: OverrideLike[] = [];
  asked = 0;
  readonly #listeners = new Set<() => void>();
  readonly policies = { list: async () => (this.asked++, this.listed) };
  readonly overrides = { list: async () => this.granted };
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
  async change(): Promise<void> {
    for (const listener of this.#listeners) listener();
    await new Promise((resolve) => setImmediate(resolve));
  }
}

describe("decisions", () => {
  it("are counted by policy, scope, decision and mode", async () => {
    const { decide, series } = setUp();
    decide({});
    decide({});
    decide(denied);
    decide({ policy: undefined, scope: undefined, policies: [], limit: Infinity, remaining: Infinity });
    decide({ policy: undefined, scope: undefined, policies: [], mode: "disabled" });
    expect(await series("sluice_rate_limit_requests_total")).toEqual({
      "per-user user allowed enforce": 2,
      "per-user user denied enforce": 1,
      "  allowed enforce": 1,
      "  allowed disabled": 1,
    });
  });

  it("of several policies count once for each; those beside the one that refused were not asked to the end", async () => {
    const { decide, series } = setUp();
    const policies = ["per-user", "whole-site"];
    decide({ policies });
    decide({ ...denied, policies });
    expect(await series("sluice_rate_limit_requests_total")).toEqual({
      "per-user user allowed enforce": 1,
      "whole-site  allowed enforce": 1,
      "per-user user denied enforce": 1,
    });
  });

  it("of policies in shadow count as such, and never as rejections", async () => {
    const { metrics, decide, series } = setUp();
    const engine = new Engine();
    engine.listed = [{ name: "trial", scope: "ip", mode: "shadow" }];
    metrics.watch(engine);
    await engine.change();
    decide({ policies: ["per-user", "trial"] });
    decide({ policies: ["per-user", "trial"], shadowed: ["trial"] });
    expect(await series("sluice_rate_limit_requests_total")).toEqual({
      "per-user user allowed enforce": 2,
      "trial ip allowed shadow": 1,
      "trial ip denied shadow": 1,
    });
    expect(await series("sluice_rate_limit_violations_total")).toEqual({ "trial ip ann shadow": 1 });
    expect(await series("sluice_rate_limit_rejected_total")).toEqual({});
  });

  it("that refuse are rejections and violations", async () => {
    const { decide, series } = setUp();
    decide(denied);
    decide(denied, { tenant: "acme", ip: "192.0.2.1" });
    expect(await series("sluice_rate_limit_rejected_total")).toEqual({ "per-user user policy": 2 });
    expect(await series("sluice_rate_limit_violations_total")).toEqual({
      "per-user user ann enforce": 1,
      "per-user user acme/192.0.2.1 enforce": 1,
    });
  });

  it("share the metric of rejections with limits of outgoing calls", async () => {
    const { registry, decide, series } = setUp();
    decide(denied);
    const call = createCall({ provider: "slack", account: "team", operation: "chat.postMessage" });
    createMetrics({ registry }).limiter.refused(call, { reason: "rejected" });
    expect(await series("sluice_rate_limit_rejected_total")).toEqual({
      "per-user user policy": 1,
      "slack team chat.postMessage  rejected": 1,
    });
  });

  it("show the fullest bucket of the last half minute, not the last one asked", async () => {
    const { clock, decide, series } = setUp();
    decide({ remaining: 5 });
    decide({ remaining: 99 });
    expect(await series("sluice_rate_limit_current_usage")).toEqual({ "per-user user": 0.95 });
    await clock.advance(31_000);
    expect(await series("sluice_rate_limit_current_usage")).toEqual({ "per-user user": 0 });
  });

  it("tell when conduct lowers a rate, and when it is forgiven", async () => {
    const { decide, series } = setUp();
    const conduct = (rate: number, bonus = 0) => ({ violations: 1, bonus, rate: rate * (1 + bonus), score: 50 });
    for (const reputation of [conduct(1), conduct(1, 0.05), conduct(0.5), conduct(0.5), conduct(0.25), conduct(1)])
      decide({ reputation });
    decide({ reputation: conduct(0.5) }, { user: "ben" });
    expect(await series("sluice_reputation_adjustments_total")).toEqual({
      "per-user user lowered": 3,
      "per-user user raised": 1,
    });
  });
});

describe("labels of policies", () => {
  it("never hold an api key, only its digest", async () => {
    const { registry, decide } = setUp();
    decide(denied, { apiKey: "planted-secret-key" });
    const text = await registry.metrics();
    expect(text).not.toContain("planted");
    expect(text).toMatch(/caller="sha256:[0-9a-f]{32}"/);
  });

  it("leave people out where callerLabel says so", async () => {
    const { decide, series } = setUp({ callerLabel: ({ tenant }) => tenant ?? "" });
    decide(denied, { user: "ann", tenant: "acme" });
    decide(denied, { user: "ben" });
    expect(await series("sluice_rate_limit_violations_total")).toEqual({
      "per-user user acme enforce": 1,
      "per-user user  enforce": 1,
    });
  });

  it("stay under the cap, whoever calls under whatever policy, and no violation is lost", async () => {
    const { registry, decide } = setUp();
    for (let n = 0; n < 30_000; n += 1)
      decide({ ...denied, policy: `p${n % 700}`, policies: [`p${n % 700}`] }, { ip: `192.0.${n >> 8}.${n & 255}` });
    const samples = parseExposition(await registry.metrics());
    expect(samples.length).toBeLessThan(MAX_SERIES);
    const violations = samples.filter(({ name }) => name === "sluice_rate_limit_violations_total");
    expect(new Set(violations.map(({ labels }) => labels.get("policy"))).size).toBe(201);
    expect(new Set(violations.map(({ labels }) => labels.get("caller"))).size).toBeLessThanOrEqual(101);
    expect(violations.reduce((sum, { value }) => sum + value, 0)).toBe(30_000);
  });

  it("say other scopes and modes than there are not at all", async () => {
    const { decide, series } = setUp();
    decide({ scope: "planet", mode: "party" });
    expect(await series("sluice_rate_limit_requests_total")).toEqual({ "per-user  allowed enforce": 1 });
  });

  it("name a mass violator, although a hundred others came first", async () => {
    const { clock, decide, series } = setUp();
    for (let n = 0; n < 150; n += 1) decide(denied, { ip: `192.0.2.${n}` });
    for (let n = 0; n < 100; n += 1) decide(denied, { ip: "203.0.113.9" });
    await clock.advance(1000);
    for (let n = 0; n < 100; n += 1) decide(denied, { ip: "203.0.113.9" });
    expect(await series("sluice_rate_limit_violations_total")).toMatchObject({
      "per-user user 203.0.113.9 enforce": 100,
    });
  });
});

describe("a watched engine", () => {
  it("shows its active policies by scope and mode, and follows its own mode", async () => {
    const { metrics, series } = setUp();
    const engine = new Engine();
    engine.listed = [
      { name: "a", scope: "user" },
      { name: "b", scope: "user", mode: "shadow" },
      { name: "c", scope: "ip" },
      { name: "d", scope: "ip", enabled: false },
      { name: "e", scope: "ip", mode: "disabled" },
    ];
    metrics.watch(engine);
    await engine.change();
    const active = async () =>
      Object.fromEntries(
        Object.entries(await series("sluice_rate_limit_active_limits")).filter(([, value]) => value > 0),
      );
    expect(await active()).toEqual({ "user enforce": 1, "user shadow": 1, "ip enforce": 1 });
    engine.mode = "shadow";
    expect(await active()).toEqual({ "user shadow": 2, "ip shadow": 1 });
    engine.mode = "disabled";
    expect(await active()).toEqual({});
  });

  it("shows overrides that hold and when the next one ends", async () => {
    const { metrics, clock, series } = setUp();
    const engine = new Engine();
    const nowMs = clock.wallNow();
    engine.granted = [
      { kind: "grant", untilMs: nowMs + 60_000 },
      { kind: "grant", untilMs: nowMs + 5000 },
    ];
    metrics.watch(engine);
    await engine.change();
    expect(await series("sluice_overrides_active")).toEqual({ allow: 0, emergency: 0, grant: 2 });
    expect(await series("sluice_override_next_end_timestamp_seconds")).toEqual({ grant: (nowMs + 5000) / 1000 });
    await clock.advance(60_000);
    expect(await series("sluice_overrides_active")).toMatchObject({ grant: 0 });
    expect(await series("sluice_override_next_end_timestamp_seconds")).toEqual({});
  });

  it("shows the age of its copy, and is not asked again while its store hangs", async () => {
    const { registry, metrics, series } = setUp();
    const engine = new Engine();
    engine.policies.list = () => ((engine.asked += 1), new Promise(() => {}));
    metrics.watch(engine);
    engine.copyAgeMs = 2500;
    for (let scrape = 0; scrape < 5; scrape += 1) await registry.metrics();
    expect(await series("sluice_policy_copy_age_seconds")).toEqual({ "": 2.5 });
    expect(engine.asked).toBe(1);
  });

  it("is asked again when it changes while it answers", async () => {
    const { metrics, series } = setUp();
    const engine = new Engine();
    let answer = (): void => {};
    engine.policies.list = () => {
      const before = engine.listed;
      return new Promise((resolve) => (answer = () => resolve(before)));
    };
    metrics.watch(engine);
    engine.listed = [{ name: "a", scope: "user" }];
    await engine.change();
    answer();
    await new Promise((resolve) => setImmediate(resolve));
    answer();
    await new Promise((resolve) => setImmediate(resolve));
    expect(await series("sluice_rate_limit_active_limits")).toMatchObject({ "user enforce": 1 });
  });

  it("is timed by algorithm, and otherwise the same", async () => {
    const { metrics, clock, series } = setUp();
    const engine = Object.assign(new Engine(), {
      async check(identity: { user: string }) {
        await clock.advance(3);
        return { ...allowed, who: identity.user };
      },
    });
    engine.listed = [{ name: "per-user", scope: "user", algorithm: "slidingWindow" }];
    metrics.watch(engine);
    await engine.change();
    const measured = metrics.measure(engine);
    expect(await measured.check({ user: "ann" })).toMatchObject({ allowed: true, who: "ann" });
    expect(measured.mode).toBe("enforce");
    expect(await series("sluice_rate_limit_decision_seconds_sum")).toEqual({ slidingWindow: 0.003 });
  });
});
