import { createFakeClock } from "@sluice/core/testing";
import { createPolicyEngine } from "@sluice/policy";
import { createLogHook, createPolicyMetrics } from "@sluice/telemetry";
import { Registry } from "prom-client";
import { describe, expect, it } from "vitest";

function setUp() {
  const registry = new Registry();
  const clock = createFakeClock();
  const told: Record<string, unknown>[] = [];
  const note = (fields: object): void => void told.push({ ...fields });
  const metrics = createPolicyMetrics({ registry, clock });
  const logs = createLogHook({ logger: { info: note, warn: note }, clock });
  const engine = createPolicyEngine({
    clock,
    policies: [
      { name: "per-user", scope: "user", windows: [{ limit: 2, per: "minute" }], reputation: true },
      { name: "trial", scope: "ip", windows: [{ limit: 1, per: "minute" }], mode: "shadow", together: true },
    ],
    reputation: { thresholds: [{ violations: 2, reduceBy: 0.5 }] },
    onDecision(event) {
      metrics.onDecision(event);
      logs.onDecision(event);
    },
  });
  metrics.watch(engine);
  logs.watch(engine);
  const lines = async (name: string): Promise<string[]> =>
    (await registry.metrics()).split("\n").filter((line) => line.startsWith(name));
  return { engine, metrics, lines, told, clock };
}

const why = { author: "ops", reason: "a test of figures" };
const ann = { user: "ann", ip: "192.0.2.1", endpoint: "POST /login" };

describe("metrics and lines of a real policy engine", () => {
  it("show decisions, rejections, violations, conduct and usage", async () => {
    const { engine, metrics, lines, told } = setUp();
    const measured = metrics.measure(engine);
    await engine.ready();
    for (let n = 0; n < 5; n += 1) await measured.check(ann);
    expect(await lines("sluice_rate_limit_requests_total{")).toEqual([
      'sluice_rate_limit_requests_total{policy="per-user",scope="user",decision="allowed",mode="enforce"} 2',
      'sluice_rate_limit_requests_total{policy="per-user",scope="user",decision="denied",mode="enforce"} 3',
      'sluice_rate_limit_requests_total{policy="trial",scope="ip",decision="allowed",mode="shadow"} 1',
      'sluice_rate_limit_requests_total{policy="trial",scope="ip",decision="denied",mode="shadow"} 4',
    ]);
    expect(await lines("sluice_rate_limit_rejected_total{")).toEqual([
      'sluice_rate_limit_rejected_total{policy="per-user",scope="user",reason="policy"} 3',
    ]);
    expect(await lines("sluice_rate_limit_violations_total{")).toEqual([
      'sluice_rate_limit_violations_total{policy="trial",scope="ip",caller="ann",mode="shadow"} 4',
      'sluice_rate_limit_violations_total{policy="per-user",scope="user",caller="ann",mode="enforce"} 3',
    ]);
    expect(await lines("sluice_reputation_adjustments_total{")).toEqual([
      'sluice_reputation_adjustments_total{policy="per-user",scope="user",direction="lowered"} 1',
    ]);
    expect(await lines("sluice_rate_limit_current_usage{")).toEqual([
      'sluice_rate_limit_current_usage{policy="per-user",scope="user"} 1',
    ]);
    expect(await lines("sluice_rate_limit_decision_seconds_count{")).toEqual([
      'sluice_rate_limit_decision_seconds_count{algorithm="tokenBucket"} 5',
    ]);
    const refused = told.filter(({ event, mode }) => event === "violation" && mode === "enforce");
    expect(refused.at(-1)).toMatchObject({
      policy: "per-user",
      scope: "user",
      caller: "ann",
      operation: "POST /login",
      remaining: 0,
      violations: 3,
      reputation: 0,
    });
    await engine.close();
  });

  it("show active limits and overrides, and a switch of the mode once", async () => {
    const { engine, lines, told, clock } = setUp();
    await engine.ready();
    await engine.overrides.grant({
      ...why,
      subject: { user: "ann" },
      kind: "grant",
      multiply: 2,
      until: clock.wallNow() + 60_000,
    });
    await new Promise((resolve) => setImmediate(resolve));
    expect(await lines("sluice_overrides_active{")).toContain('sluice_overrides_active{kind="grant"} 1');
    const active = async () => (await lines("sluice_rate_limit_active_limits{")).filter((line) => !line.endsWith(" 0"));
    expect(await active()).toEqual([
      'sluice_rate_limit_active_limits{scope="user",mode="enforce"} 1',
      'sluice_rate_limit_active_limits{scope="ip",mode="shadow"} 1',
    ]);
    await engine.setMode("shadow", why);
    expect(await active()).toEqual([
      'sluice_rate_limit_active_limits{scope="user",mode="shadow"} 1',
      'sluice_rate_limit_active_limits{scope="ip",mode="shadow"} 1',
    ]);
    expect(told.filter(({ event }) => event === "mode_changed")).toMatchObject([{ from: "enforce", to: "shadow" }]);
    await engine.close();
  });
});
