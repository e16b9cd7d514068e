import { describe, expect, it } from "vitest";
import { decodeRecord, encodeRecord, MOST_STATE_BYTES } from "./record.js";

const unused = { state: undefined, pausedUntilUs: 0 };

describe("what is kept of a bucket under a custom limit", () => {
  it.each([
    { state: { used: 3 }, pausedUntilUs: 0 },
    { state: null, pausedUntilUs: 17 },
    { state: 0, pausedUntilUs: 0 },
    { state: undefined, pausedUntilUs: 1e15 },
  ])("comes back as it was: %j", (record) => {
    expect(decodeRecord(encodeRecord(record))).toEqual(record);
  });

  it("is a text that says its version, and no state where there is none", () => {
    expect(encodeRecord({ state: [1], pausedUntilUs: 5 })).toBe('{"v":1,"pausedUntilUs":5,"state":[1]}');
    expect(encodeRecord(unused)).toBe('{"v":1,"pausedUntilUs":0}');
  });

  it("is at most so many bytes, whatever its letters", () => {
    const most = "x".repeat(MOST_STATE_BYTES - 2);
    expect(decodeRecord(encodeRecord({ state: most, pausedUntilUs: 0 })).state).toBe(most);
    expect(encodeRecord({ state: `${most}x`, pausedUntilUs: 0 })).toBeUndefined();
    expect(encodeRecord({ state: "ä".repeat(MOST_STATE_BYTES / 2), pausedUntilUs: 0 })).toBeUndefined();
  });

  it.each([
    undefined,
    "",
    "{",
    "null",
    "7",
    '"text"',
    "[]",
    "{}",
    '{"v":0,"pausedUntilUs":5,"state":1}',
    '{"v":"1","pausedUntilUs":5,"state":1}',
    '{"v":"2","pausedUntilUs":5,"state":1}',
    '{"v":1,"state":1}',
    '{"v":1,"pausedUntilUs":"5","state":1}',
  ])("is nothing where another text is found: %j", (text) => {
    expect(decodeRecord(text)).toEqual(unused);
  });

  it("is left alone when a newer version wrote it", () => {
    expect(() => decodeRecord('{"v":2,"pausedUntilUs":5}')).toThrow(
      expect.objectContaining({ code: "STORE_UNAVAILABLE", message: expect.stringContaining("in version 2") }),
    );
  });
});
