import { describe, expect, it } from "vitest";
import type { ProviderRow } from "../state.js";
import { createHistory } from "./history.js";

function row(provider: string, granted: number): ProviderRow {
  return { provider, accounts: 1, granted, refused: 0, waiting: 0, throttled: 0 };
}

describe("the history of a dashboard", () => {
  it("makes a point of the looks within two seconds, as their mean", () => {
    const history = createHistory();
    expect(history.add(1000, [row("slack", 4)])).toBeUndefined();
    expect(history.add(2000, [row("slack", 8)])).toBeUndefined();
    expect(history.add(3000, [row("slack", 6)])?.providers).toMatchObject([{ provider: "slack", granted: 6 }]);
    expect(history.read()).toEqual({
      times: [3000],
      series: { slack: { granted: [6], refused: [0] } },
    });
  });

  it("tells a time of which nothing is known from one in which nothing happened", () => {
    const history = createHistory();
    for (const atMs of [0, 2000]) history.add(atMs, [row("slack", 3)]);
    history.gap(3000);
    history.gap(4000);
    history.add(6000, []);
    expect(history.read().series["slack"]?.granted).toEqual([3, null, 0]);
  });

  it("keeps ten minutes and the busiest providers, however long it runs and whatever they are called", () => {
    const history = createHistory();
    for (let atMs = 0; atMs < 3_600_000; atMs += 1000)
      history.add(
        atMs,
        Array.from({ length: 60 }, (_, index) => row(index === 0 ? "__proto__" : `provider${index}`, 100 - index)),
      );
    const { times, series } = history.read();
    expect(times).toHaveLength(300);
    expect((times.at(-1) ?? 0) - (times[0] ?? 0)).toBeLessThanOrEqual(600_000);
    expect(Object.keys(series)).toHaveLength(24);
    expect(Object.keys(series)).toContain("__proto__");
  });

  it("begins anew when the store's clock is set back", () => {
    const history = createHistory();
    for (const atMs of [0, 2000, 4000]) history.add(atMs, [row("slack", 3)]);
    for (const atMs of [1000, 3000]) history.add(atMs, [row("slack", 5)]);
    expect(history.read().times).toEqual([3000]);
  });
});
