import { createFakeClock } from "@sluice/core/testing";
import { describe, expect, it } from "vitest";
import { createKeycloakApi } from "./create-keycloak-api.js";
import { KeycloakApi } from "./keycloak-api.js";
import { factory, newAccount } from "../test-support/clients.test-support.js";

const url = "http://127.0.0.1:1";

describe("the delay before a resource is first looked at", () => {
  it("is drawn for each resource, so that fifty of them spread evenly over five seconds", async () => {
    const clock = createFakeClock();
    let drawn = 0;
    const random = (): number => ((drawn += 1), (drawn * 0.618_033_988_7) % 1);
    const api = factory(url, { clock, random });
    const startsMs: number[] = [];
    const all = Array.from({ length: 50 }, () => api.startupJitter().then((ms) => startsMs.push(clock.now()) && ms));
    expect(startsMs).toEqual([]);
    await clock.advance(5000);
    const delays = await Promise.all(all);
    expect(startsMs.toSorted((a, b) => a - b)).toEqual(delays.toSorted((a, b) => a - b));
    const perSecond = [0, 1, 2, 3, 4].map((s) => startsMs.filter((ms) => ms >= s * 1000 && ms < (s + 1) * 1000).length);
    expect(Math.min(...perSecond)).toBeGreaterThanOrEqual(9);
    expect(Math.max(...perSecond)).toBeLessThanOrEqual(11);
  });

  it("is at most what the option says, else the variable, else five seconds", async () => {
    const longest = async (options: object, env: Record<string, string> = {}): Promise<number> => {
      const clock = createFakeClock();
      const api = factory(url, { ...options, env, clock, random: () => 0.999_999 });
      const waited = api.startupJitter();
      await clock.advance(10_000_000);
      return Math.round(await waited);
    };
    expect(await longest({})).toBe(5000);
    expect(await longest({}, { RECONCILE_JITTER_MAX_SECONDS: "2.5" })).toBe(2500);
    expect(await longest({ reconcileJitterMs: 700 }, { RECONCILE_JITTER_MAX_SECONDS: "2.5" })).toBe(700);
    expect(await longest({ reconcileJitterMs: 0 })).toBe(0);
  });

  it("ends with the signal's own reason, and does not begin under one that has aborted", async () => {
    const clock = createFakeClock();
    const api = factory(url, { clock, random: () => 0.5 });
    const controller = new AbortController();
    const waiting = api.startupJitter({ signal: controller.signal });
    controller.abort("stopping");
    await expect(waiting).rejects.toBe("stopping");
    await expect(api.startupJitter({ signal: controller.signal })).rejects.toBe("stopping");
    expect(clock.pending).toBe(0);
  });

  it("is nothing in a plain client", async () => {
    expect(await new KeycloakApi(newAccount(), { baseUrl: url }).startupJitter()).toBe(0);
  });

  it.each([
    [{ reconcileJitterMs: -1 }, {}, "reconcileJitterMs"],
    [{ reconcileJitterMs: 3_600_001 }, {}, "reconcileJitterMs"],
    [{}, { RECONCILE_JITTER_MAX_SECONDS: "soon" }, "RECONCILE_JITTER_MAX_SECONDS"],
    [{}, { RECONCILE_JITTER_MAX_SECONDS: "3601" }, "RECONCILE_JITTER_MAX_SECONDS"],
  ])("refuses %o with %o", (options, env, option) => {
    expect(() => createKeycloakApi("main", { ...options, env })).toThrow(expect.objectContaining({ option }) as Error);
  });
});
