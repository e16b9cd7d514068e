import { labelCatalogue, metricCatalogue } from "@sluice/telemetry";
import { describe, expect, it } from "vitest";
import { createChecker } from "../../packages/telemetry/scripts/monitoring/check-expression.mjs";

const { check } = createChecker(metricCatalogue, labelCatalogue);

describe("an expression is held against the list of metrics", () => {
  it("and tells the metrics and labels that it names", () => {
    const found = check('sum by (provider) (rate(sluice_api_requests_total{outcome=~"ok|other",job="a"}[5m]))');
    expect(found.metrics.map(({ name }) => name)).toEqual(["sluice_api_requests_total"]);
    expect([...found.labels]).toEqual(expect.arrayContaining(["job", "instance", "provider", "outcome"]));
  });

  it.each([
    ["rate(sluice_api_request_total[5m])", "No metric or function has the name sluice_api_request_total"],
    ["rate(sluice_rate_limit_wait_seconds[5m])", "sluice_rate_limit_wait_seconds"],
    ["sluice_store_mode_sum", "sluice_store_mode_sum"],
    ['sluice_store_mode{account="a"}', "sluice_store_mode has no label account"],
    ["sum by (policy) (sluice_store_mode)", "No metric here has the label policy"],
    ['sluice_store_mode{mode="away"}', "The label mode of sluice_store_mode never says away"],
    ['sluice_store_mode{mode=~"local|away"}', "never says away"],
    ['sluice_rate_limit_requests_total{mode="local"}', "never says local"],
    ["sluice_store_mode{mode}", "cannot be read"],
    ["time() - 5", "No metric is named"],
    ["median(sluice_store_mode)", "No metric or function has the name median"],
  ])("and refused otherwise: %s", (expression, problem) => {
    expect(() => check(expression)).toThrow(problem);
  });

  it("and what is no closed list may say anything", () => {
    expect(() => check('sluice_circuit_breaker_state{breaker=~"$provider:.*"}')).not.toThrow();
    expect(() => check('sluice_rate_limit_decision_seconds_bucket{le="0.002"}')).not.toThrow();
  });
});
