import { isSluiceError } from "@sluice/core";
import { describe, expect, it } from "vitest";
import { charge, client, reply, samples } from "../assembly/rig.test-support.js";

const rules = { consecutiveFailures: 3, openMs: 1000 };
const down = () => reply(503);

async function codeOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    (value) => (value as { status: number }).status,
    (error: unknown) => (isSluiceError(error) ? error.code : error),
  );
}

describe("the breaker of a factory", () => {
  it("stands between metrics and rate limit, where vendor or user want one", () => {
    const names = (options: object, parts: object = {}): readonly string[] =>
      client({ retry: false, ...options }, parts)
        .assembly.hooks.list("attempt")
        .map(({ name }) => name);
    expect(names({ breaker: true })).toEqual(["metrics", "breaker", "rate-limit"]);
    expect(names({}, { breaker: rules })).toEqual(["metrics", "breaker", "rate-limit"]);
    expect(names({ breaker: false }, { breaker: rules })).toEqual(["metrics", "rate-limit"]);
    expect(names({})).toEqual(["metrics", "rate-limit"]);
  });

  it("opens after failures in a row, then refuses at once and takes no tokens, and lets one through to see", async () => {
    const { assembly, send, clock, registry } = client({ breaker: rules, retry: false });
    for (let failures = 0; failures < 3; failures += 1) {
      await clock.advance(1000);
      expect(await codeOf(send(down))).toBe(503);
    }
    const before = await assembly.limiterFor("main").peek(charge);
    expect(await codeOf(send(() => reply(200)))).toBe("CIRCUIT_OPEN");
    expect(await assembly.limiterFor("main").peek(charge)).toEqual(before);
    expect(Object.values(await samples(registry, "sluice_circuit_breaker_state"))).toEqual([1]);
    await clock.advance(1000);
    expect(await codeOf(send(() => reply(200)))).toBe(200);
    expect(Object.values(await samples(registry, "sluice_circuit_breaker_state"))).toEqual([0]);
  });

  it("is each account's own, and two clients of one store share it", async () => {
    const one = client({ breaker: rules, retry: false });
    const two = client({ breaker: rules, retry: false, clock: one.clock });
    for (let failures = 0; failures < 3; failures += 1) {
      await one.clock.advance(1000);
      await one.send(down);
    }
    expect(await codeOf(one.send(down, { account: "other" }))).toBe(503);
    await one.clock.advance(200);
    await two.send(() => reply(200)).catch(() => {});
    expect(await codeOf(two.send(() => reply(200)))).toBe("CIRCUIT_OPEN");
  });

  it("does nothing in shadow mode", async () => {
    const { send } = client({ breaker: rules, retry: false, mode: "shadow" });
    for (let failures = 0; failures < 6; failures += 1) expect(await codeOf(send(down))).toBe(503);
  });

  it.each([
    [{ openMs: 0 }, "openMs"],
    ["yes", "breaker"],
    [{ failureRate: 2 }, "failureRate"],
  ])("refuses %j at once", (breaker, option) => {
    expect(() => client({ breaker: breaker as never })).toThrow(expect.objectContaining({ option }));
  });
});
