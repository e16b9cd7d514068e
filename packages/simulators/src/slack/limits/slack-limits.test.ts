import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { publishedLimits } from "../generated/published-limits.js";
import { isPublished, slackLimits } from "./slack-limits.js";

interface DataEntry {
  readonly tier: string;
  readonly value: number | null;
  readonly scope: string;
  readonly source: string | readonly string[];
}

const data = JSON.parse(readFileSync(new URL("../../../data/slack.json", import.meta.url), "utf8")) as {
  readonly sources: Readonly<Record<string, unknown>>;
  readonly methods: Readonly<Record<string, DataEntry>>;
};
const plain = { limits: {}, defaultPerMinute: 60 };

describe("the generated limits", () => {
  it("are those of the data file", () => {
    expect(Object.keys(publishedLimits)).toEqual(Object.keys(data.methods));
    for (const [method, { tier, value, source }] of Object.entries(data.methods)) {
      expect(publishedLimits[method], method).toMatchObject({
        tier,
        perMinute: value,
        source: [source].flat().join(", "),
      });
    }
  });

  it("all have a source that the data file explains", () => {
    const explained = (key: string): boolean => key in data.sources || key.startsWith("method:");
    for (const { source } of Object.values(data.methods)) expect([source].flat().every(explained)).toBe(true);
  });

  it("count per channel where the data says so, and nowhere else", () => {
    const perChannel = Object.entries(publishedLimits).filter(([, limit]) => limit.per === "channel");
    expect(perChannel.map(([method]) => method)).toEqual(["chat.postMessage"]);
    expect(publishedLimits["assistant.search.context"]?.per).toBe("team");
  });
});

describe("the enforced limits", () => {
  it("are the published ones", () => {
    const limits = slackLimits(plain);
    expect(limits.of("admin.apps.uninstall")).toEqual({ perMinute: 1, per: "app" });
    expect(limits.of("users.list")).toEqual({ perMinute: 20, per: "app" });
    expect(limits.of("conversations.history")).toEqual({ perMinute: 50, per: "app" });
    expect(limits.of("users.info")).toEqual({ perMinute: 100, per: "app" });
    expect(limits.of("chat.postMessage")).toEqual({ perMinute: 60, per: "channel" });
  });

  it("take the default where no number is published", () => {
    expect(slackLimits({ ...plain, defaultPerMinute: 7 }).of("auth.test")?.perMinute).toBe(7);
    expect(slackLimits(plain).of("agents.conversations.create")?.perMinute).toBe(60);
  });

  it("can be overridden for single methods", () => {
    const limits = slackLimits({ ...plain, limits: { "users.list": 3 } });
    expect(limits.of("users.list")?.perMinute).toBe(3);
    expect(limits.of("users.info")?.perMinute).toBe(100);
  });

  it("exist for published methods only", () => {
    expect(slackLimits(plain).of("users.nonsense")).toBeUndefined();
    expect(slackLimits(plain).of("toString")).toBeUndefined();
    expect(isPublished("files.uploadV2")).toBe(false);
  });

  it("refuse overrides of unknown methods and of no number", () => {
    expect(() => slackLimits({ ...plain, limits: { "users.lst": 3 } })).toThrow(
      "must name published methods, got users.lst",
    );
    expect(() => slackLimits({ ...plain, limits: { "users.list": 0 } })).toThrow(
      'limits["users.list"] must be a whole',
    );
  });
});
