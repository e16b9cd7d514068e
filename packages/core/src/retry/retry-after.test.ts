import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseRetryAfter } from "./retry-after.js";

const now = Date.UTC(2026, 0, 1, 12, 0, 0);

describe("a Retry-After header", () => {
  it.each([
    ["0", 0],
    ["1", 1000],
    ["120", 120_000],
    [" 30 ", 30_000],
    ["007", 7000],
    ["99999999999999999999", 1e23],
    ["9".repeat(400), Number.POSITIVE_INFINITY],
  ])("%s is whole seconds", (header, delayMs) => {
    expect(parseRetryAfter(header, now)).toEqual({ kind: "delay", delayMs });
  });

  it.each([
    ["the preferred form", "Thu, 01 Jan 2026 12:01:30 GMT", 90_000],
    ["the RFC 850 form", "Thursday, 01-Jan-26 12:01:30 GMT", 90_000],
    ["the asctime form", "Thu Jan  1 12:01:30 2026", 90_000],
    ["the asctime form with two digits", "Sat Jan 10 12:00:00 2026", 9 * 86_400_000],
    ["a far date", "Thu, 31 Dec 2099 23:59:59 GMT", Date.UTC(2099, 11, 31, 23, 59, 59) - now],
    ["a leap day", "Tue, 29 Feb 2028 00:00:00 GMT", Date.UTC(2028, 1, 29) - now],
    ["the present", "Thu, 01 Jan 2026 12:00:00 GMT", 0],
    ["a past date", "Thu, 01 Jan 2015 00:00:00 GMT", 0],
    ["a past date in the RFC 850 form", "Sunday, 06-Nov-94 08:49:37 GMT", 0],
  ])("may be an HTTP date: %s", (_, header, delayMs) => {
    expect(parseRetryAfter(header, now)).toEqual({ kind: "delay", delayMs });
  });

  const garbage = [
    "",
    " ",
    "abc",
    "NaN",
    "Infinity",
    "-Infinity",
    "0x10",
    "1e9",
    "1e400",
    "120, 60",
    "120 60",
    "-5",
    "-0",
    "+5",
    "1.5",
    "1.0",
    "1,5",
    "5s",
    "٣",
    "５",
    "null",
    "true",
    "[]",
    "12 seconds",
    "9".repeat(401),
    "2026-01-01",
    "2026-01-01T12:01:30Z",
    "1 Jan 2026",
    "Thu, 01 Jan 2026 12:01:30",
    "Thu, 01 Jan 2026 12:01:30 UTC",
    "Thu, 01 Jan 2026 12:01:30 +0100",
    "thu, 01 jan 2026 12:01:30 gmt",
    "Thu, 1 Jan 2026 12:01:30 GMT",
    "Thu, 31 Feb 2026 12:01:30 GMT",
    "Thu, 00 Jan 2026 12:01:30 GMT",
    "Thu, 99 Jan 2026 12:01:30 GMT",
    "Thu, 01 Jan 2026 25:00:00 GMT",
    "Thu, 01 Jan 2026 24:00:00 GMT",
    "Thu, 01 Jan 2026 12:61:30 GMT",
    "Xxx, 01 Jan 2026 12:01:30 GMT",
    "Thu, 01 Jan 2026 12:01:30 GMT, Thu, 01 Jan 2026 12:01:30 GMT",
    "Thu Jan 1 12:01:30 2026 GMT",
  ];
  it.each(garbage)("%j is neither, and ignored", (header) => {
    expect(parseRetryAfter(header, now)).toEqual({ kind: "ignored", value: header.trim().slice(0, 64) });
  });

  it("that is not there is absent, not ignored", () => {
    expect(parseRetryAfter(null, now)).toEqual({ kind: "absent" });
    expect(parseRetryAfter(undefined, now)).toEqual({ kind: "absent" });
  });

  it("never gives a negative wait or NaN, whatever it holds", () => {
    const digits = fc.stringMatching(/^[0-9]{0,30}$/);
    fc.assert(
      fc.property(
        fc.oneof(fc.string(), fc.string({ unit: "binary" }), digits),
        fc.date({ noInvalidDate: true }),
        (header, wall) => {
          const said = parseRetryAfter(header, wall.getTime());
          if (said.kind === "delay") expect(said.delayMs).toBeGreaterThanOrEqual(0);
          else expect(said).toMatchObject({ kind: "ignored" });
          expect(said.kind === "delay").toBe(/^\d+$/.test(header.trim()));
        },
      ),
    );
  });

  it("reads back any date a server writes", () => {
    const second = fc.integer({ min: Date.UTC(1970) / 1000, max: Date.UTC(2199) / 1000 });
    fc.assert(
      fc.property(second, (at) => {
        const said = parseRetryAfter(new Date(at * 1000).toUTCString(), now);
        expect(said).toEqual({ kind: "delay", delayMs: Math.max(0, at * 1000 - now) });
      }),
    );
  });
});
