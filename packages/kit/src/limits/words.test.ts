import {
  concurrency,
  customLimit,
  fixedWindow,
  leakyBucket,
  limitFigures,
  slidingWindow,
  slidingWindowCounter,
  tokenBucket,
} from "@sluice/limiter";
import { describe, expect, it } from "vitest";
import { figuresInWords } from "./figures-in-words.js";
import { findName, unknownOperation } from "./find-name.js";
import { nearNames } from "./near-names.js";
import { setBy, tierSetBy } from "./set-by.js";
import { sourceOf } from "./sources.js";

const custom = customLimit({ name: "odd", algorithm: () => ({ state: 0, decision: { allowed: true } }) });

describe("figures in words", () => {
  it.each([
    [tokenBucket({ refillRate: 50, burst: 100 }), "50 per second, at most 100 at once"],
    [tokenBucket({ refillRate: 1 / 60, burst: 1 }), "1 per minute, at most 1 at once"],
    [tokenBucket({ refillRate: 1e6, burst: 1e6 }), "no rate of its own; the provider's Retry-After pauses it"],
    [leakyBucket({ rate: 20 }), "20 per second, evenly spaced"],
    [slidingWindow({ limit: 50, windowMs: 60_250 }), "50 in any 60.25 s"],
    [fixedWindow({ limit: 5000, windowMs: 3_600_000 }), "5000 in each window of 3600 s"],
    [slidingWindowCounter({ limit: 9, windowMs: 1000 }), "about 9 in any 1 s"],
    [concurrency({ max: 100 }), "100 at a time"],
    [custom, "what the rule odd says"],
  ])("%o", (limit, words) => {
    expect(figuresInWords(limitFigures(limit))).toBe(words);
  });
});

describe("a source of the shipped data", () => {
  const sources = {
    page: { url: "https://docs.example.com/limits/" },
    method: { url: "https://docs.example.com/methods/<method>.json", date: "2026-08-20" },
    file: { repo: "acme/sdk@abc123", path: ["src/limits.ts", "src/other.ts"] },
    line: { repo: "acme/docs@abc123 content/limits.md" },
    loose: { repo: "acme/go rate limit fixture" },
    package: { npm: "@acme/openapi@1.2.3 api.json" },
    talk: { note: "A design note." },
  };

  it.each([
    ["page", { title: "docs.example.com/limits", url: "https://docs.example.com/limits/", asOf: "2026" }],
    [
      "method",
      {
        title: "docs.example.com/methods/a.b.json",
        url: "https://docs.example.com/methods/a.b.json",
        asOf: "2026-08-20",
      },
    ],
    [
      "file",
      { title: "acme/sdk src/limits.ts", url: "https://github.com/acme/sdk/blob/abc123/src/limits.ts", asOf: "2026" },
    ],
    [
      "line",
      {
        title: "acme/docs content/limits.md",
        url: "https://github.com/acme/docs/blob/abc123/content/limits.md",
        asOf: "2026",
      },
    ],
    ["loose", { title: "acme/go rate limit fixture", url: "https://github.com/acme/go", asOf: "2026" }],
    [
      "package",
      {
        title: "@acme/openapi@1.2.3 api.json",
        url: "https://www.npmjs.com/package/@acme/openapi/v/1.2.3",
        asOf: "2026",
      },
    ],
    ["talk", { title: "A design note", url: null, asOf: "2026" }],
    ["nowhere", undefined],
  ])("%s", (key, expected) => {
    expect(sourceOf(sources, key, "2026", "a.b")).toEqual(expected);
  });
});

describe("a name that nobody knows", () => {
  const names = ["chat.postMessage", "chat.postEphemeral", "chat.update", "users.list", "admin.users.list"];

  it("is answered with those most like it", () => {
    expect(nearNames("chat.postMesage", names, 2)).toEqual(["chat.postMessage", "chat.postEphemeral"]);
    expect(nearNames("users.lst", names, 1)).toEqual(["users.list"]);
    expect(nearNames("postMessage", names, 1)).toEqual(["chat.postMessage"]);
    expect(nearNames("zzzzzzzzzzzz", names, 3)).toEqual([]);
    expect(nearNames("", names, 3)).toEqual([]);
  });

  it("is looked for among thousands, however long it is, in little time", () => {
    const many = Array.from({ length: 3000 }, (_, index) => `Service${index}.someRatherLongMethodName${index}`);
    // Processor time, which neither a stall nor a busy neighbour lengthens.
    const started = process.cpuUsage();
    nearNames("x".repeat(1_000_000), many, 3);
    const { user, system } = process.cpuUsage(started);
    expect((user + system) / 1000).toBeLessThan(2000);
  });

  it("becomes an error that names the option, some names and the likeliest", () => {
    expect(unknownOperation("chat.postMesage", "slack", names)).toMatchObject({
      code: "CONFIG_INVALID",
      option: "operation",
      value: "chat.postMesage",
      message:
        'operation must be an operation of slack, such as chat.postMessage, chat.postEphemeral, chat.update, got "chat.postMesage". Did you mean chat.postMessage?',
    });
    expect(unknownOperation("zzzzzzzzzzzz", "slack", names).message).not.toContain("Did you mean");
  });

  it("may differ from a known one in upper and lower case, unless two do", () => {
    expect(findName("CHAT.UPDATE", names)).toBe("chat.update");
    expect(findName("a", ["A", "a"])).toBe("a");
    expect(findName("aB", ["Ab", "AB"])).toBeUndefined();
  });
});

describe("who set a figure", () => {
  it("is the option, else the first variable that is not empty, else nobody", () => {
    const env = { EMPTY: "", SECOND: "20" };
    expect(setBy("quota.x", 5, ["SECOND"], env)).toEqual({ by: "option", name: "quota.x", value: 5 });
    expect(setBy("quota.x", { kind: "tokenBucket" }, [], env)).toEqual({ by: "option", name: "quota.x", value: null });
    expect(setBy("quota.x", undefined, ["EMPTY", "SECOND"], env)).toEqual({
      by: "environment",
      name: "SECOND",
      value: "20",
    });
    expect(setBy("quota.x", undefined, ["EMPTY", "MISSING"], env)).toBeUndefined();
    expect(tierSetBy("quota.tier", undefined, ["SECOND"], env)).toMatchObject({ by: "tier", name: "SECOND" });
  });
});
