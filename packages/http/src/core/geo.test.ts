import { createFakeClock } from "@sluice/core/testing";
import { describe, expect, it, vi } from "vitest";
import { type CountryRole, createCountries, type GeoCacheOptions, type GeoLookup } from "./geo.js";

const clock = createFakeClock();

function countries(lookup: GeoLookup, cache: GeoCacheOptions = {}): CountryRole {
  return createCountries(lookup, cache, { timeoutMs: 100, clock });
}

describe("countries of addresses", () => {
  it("are looked up once for all who wait, and remembered for as long as is said", async () => {
    const lookup = vi.fn(async () => "DE");
    const roleOf = countries(lookup, { ttlMs: 1000 });
    const failed = vi.fn();
    expect(await Promise.all([roleOf("192.0.2.1", failed), roleOf("192.0.2.1", failed)])).toEqual([
      "country:DE",
      "country:DE",
    ]);
    expect(await roleOf("192.0.2.1", failed)).toBe("country:DE");
    expect(lookup).toHaveBeenCalledOnce();
    await clock.advance(1001);
    await roleOf("192.0.2.1", failed);
    expect(lookup).toHaveBeenCalledTimes(2);
    expect(failed).not.toHaveBeenCalled();
  });

  it("are unknown in time, when the lookup hangs, fails, or finds nothing, and are asked again soon", async () => {
    const failed = vi.fn();
    const lookup = vi.fn<GeoLookup>().mockReturnValueOnce(new Promise(() => {}));
    lookup
      .mockImplementationOnce(() => Promise.reject(new Error("down")))
      .mockReturnValueOnce(undefined)
      .mockReturnValue("FR");
    const roleOf = countries(lookup);
    const hanging = roleOf("192.0.2.1", failed);
    await clock.advance(100);
    expect(await hanging).toBe("country:unknown");
    expect([await roleOf("192.0.2.2", failed), await roleOf("192.0.2.3", failed)]).toEqual([
      "country:unknown",
      "country:unknown",
    ]);
    expect(failed.mock.calls.map(([error]) => String(error))).toEqual(["Error: geo took too long", "Error: down"]);
    await clock.advance(10_001);
    expect(await roleOf("192.0.2.1", failed)).toBe("country:FR");
  });

  it("are no more than may be remembered, however many addresses come", () => {
    const lookup = vi.fn((ip: string) => ip.slice(-2));
    const roleOf = countries(lookup, { maxEntries: 2 });
    const ask = (ip: string): unknown => roleOf(ip, () => {});
    for (const ip of ["10.0.0.11", "10.0.0.12", "10.0.0.13", "10.0.0.12", "10.0.0.11"])
      expect(ask(ip)).toBe(`country:${ip.slice(-2)}`);
    expect(lookup).toHaveBeenCalledTimes(4);
    expect(() => countries(lookup, { maxEntries: -1 })).toThrow(/^geoCache.maxEntries must be/);
  });

  it("are texts of a reasonable length, or unknown", () => {
    expect(countries(() => "x".repeat(65))("192.0.2.1", () => {})).toBe("country:unknown");
    expect(countries((() => 49) as never)("192.0.2.1", () => {})).toBe("country:unknown");
  });
});
