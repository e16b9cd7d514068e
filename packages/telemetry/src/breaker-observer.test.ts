import { Registry } from "prom-client";
import { describe, expect, it } from "vitest";
import { createBreakerObserver } from "./breaker-observer.js";
import { MAX_BREAKERS } from "./labels/caps.js";
import { createMetrics } from "./metrics.js";
import { parseExposition } from "./parse-exposition.test-support.js";

async function shownIn(registry: Registry): Promise<Record<string, number>> {
  const samples = parseExposition(await registry.metrics());
  return Object.fromEntries(
    samples
      .filter(({ name }) => name === "sluice_circuit_breaker_state")
      .map(({ labels, value }) => [labels.get("breaker"), value]),
  );
}

describe("the gauge of breakers", () => {
  it("shows each state as its number, and follows the events", async () => {
    const registry = new Registry();
    const { onEvent, show } = createBreakerObserver({ registry });
    show("quiet", "closed");
    onEvent({ name: "a", to: "open" });
    onEvent({ name: "b", to: "half-open" });
    onEvent({ name: "c", to: "isolated" });
    expect(await shownIn(registry)).toEqual({ quiet: 0, a: 1, b: 2, c: 3 });
    onEvent({ name: "a", to: "closed" });
    expect(await shownIn(registry)).toMatchObject({ a: 0 });
  });

  it("is shared by all observers of one registry, and stands beside the other metrics", async () => {
    const registry = new Registry();
    createMetrics({ registry });
    createBreakerObserver({ registry }).show("a", "open");
    createBreakerObserver({ registry }).show("b", "open");
    expect(await shownIn(registry)).toEqual({ a: 1, b: 1 });
  });

  it("names so many breakers and no more; one of the rest that is not closed still shows", async () => {
    const registry = new Registry();
    const observer = createBreakerObserver({ registry });
    for (let n = 0; n < MAX_BREAKERS + 50; n += 1) observer.show(`b${n}`, "closed");
    expect(Object.keys(await shownIn(registry))).toHaveLength(MAX_BREAKERS + 1);
    expect(await shownIn(registry)).toMatchObject({ other: 0 });
    observer.show("b120", "isolated");
    observer.show("b130", "open");
    expect(await shownIn(registry)).toMatchObject({ other: 3, b5: 0 });
    observer.show("b120", "closed");
    expect(await shownIn(registry)).toMatchObject({ other: 1 });
    observer.show("b130", "closed");
    expect(await shownIn(registry)).toMatchObject({ other: 0 });
  });

  it.each(['quote "', "back\\slash", "line\nbreak", "\ud800", "x".repeat(1_000_000), ""])(
    "stays readable with hostile names (%#)",
    async (name) => {
      const registry = new Registry();
      createBreakerObserver({ registry }).show(name, "open");
      expect(Object.values(await shownIn(registry))).toEqual([1]);
    },
  );

  it("takes no note of a state that is none", async () => {
    const registry = new Registry();
    createBreakerObserver({ registry }).show("a", "ajar" as "open");
    expect(await shownIn(registry)).toEqual({});
  });
});
