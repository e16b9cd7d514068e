import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { WebClient } from "@slack/web-api";
import { describe, expect, it } from "vitest";
import { methodsWithoutTier, messagePosting, recommended, slackMethods, slackSources, slackTiers } from "../index.js";
import { chargesOf, shortly } from "../test-support/quota.test-support.js";

interface Published {
  readonly tier: string;
  readonly value: number | null;
  readonly sdkAssumedValue?: number;
  readonly scope: string;
  readonly source: string | readonly string[];
}

const data = JSON.parse(readFileSync(new URL("../../data/slack.json", import.meta.url), "utf8")) as {
  readonly methods: Record<string, Published>;
  readonly publishedMethodsNotInSdk: Record<string, Published>;
  readonly methodsWithoutTier: readonly { readonly method: string; readonly note: string }[];
  readonly tiers: Record<string, { readonly value: number | null }>;
  readonly sources: object;
  readonly disagreements: readonly { readonly method: string; readonly docs: string }[];
};
const published = { ...data.methods, ...data.publishedMethodsNotInSdk };
/** Their figure is that of one channel; see quota.test.ts for what a channel gets. */
const perChannelAlone = new Set(
  Object.keys(published).filter((method) => published[method]?.scope.startsWith("per channel")),
);
const DEFAULT_PER_MINUTE = 60;
const WINDOW_MS = 60_250;

/** Half a minute's calls, less those of the margin of 250 ms. */
const burstOf = (perMinute: number): number => Math.floor(perMinute / 2 - perMinute / 240);

/** The charges of a method with so many calls a minute, half of them at once. */
function expected(bucket: string, perMinute: number): Record<string, string> {
  const window = { [bucket]: `${perMinute} in ${WINDOW_MS} ms` };
  return perMinute === 1
    ? window
    : { ...window, [`${bucket}:burst`]: `${Number((perMinute / 60).toFixed(4))}/s, ${burstOf(perMinute)} at once` };
}

/** The names of the SDK's methods, read from a live client. */
function sdkMethods(): string[] {
  const names: string[] = [];
  const walk = (owner: object, path: readonly string[]): void => {
    for (const [name, value] of Object.entries(owner)) {
      if (typeof value === "function" && path.length > 0) names.push([...path, name].join("."));
      if (typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype)
        walk(value, [...path, name]);
    }
  };
  walk(new WebClient(), []);
  return names;
}

describe("the published figures", () => {
  it("give every method its own limit", () => {
    expect(Object.keys(published).length).toBeGreaterThan(300);
    for (const [method, { value, sdkAssumedValue }] of Object.entries(published)) {
      if (perChannelAlone.has(method) || method === "users.profile.set") continue;
      expect(shortly(chargesOf(method)), method).toEqual(
        expected(method, value ?? sdkAssumedValue ?? DEFAULT_PER_MINUTE),
      );
    }
    expect([...perChannelAlone]).toEqual(["chat.postMessage"]);
  });

  it("are the tiers of Slack's page where a method has one", () => {
    expect(Object.fromEntries(Object.entries(slackTiers).map(([tier, { perMinute }]) => [tier, perMinute]))).toEqual({
      tier1: 1,
      tier2: 20,
      tier3: 50,
      tier4: 100,
      special: null,
    });
    const tiered = Object.entries(published).filter(([, { tier }]) => tier !== "special");
    for (const [method, { tier }] of tiered)
      expect(slackMethods[method], method).toMatchObject({ tier, perMinute: data.tiers[tier]?.value, assumed: false });
    expect(Object.values(published).filter(({ tier }) => tier === "special")).toHaveLength(
      Object.keys(published).length - tiered.length,
    );
  });

  it.each([
    ["chat.postMessage", { perMinute: 60, perChannel: true, assumed: false }],
    ["auth.test", { perMinute: 600, assumed: true }],
    ["tooling.tokens.rotate", { perMinute: 1, assumed: true }],
    ["apps.event.authorizations.list", { perMinute: 600, assumed: false }],
    ["oauth.v2.access", { perMinute: 600, assumed: false }],
    ["oauth.v2.user.access", { perMinute: null, assumed: false }],
    ["admin.analytics.messages.metadata", { perMinute: 1200 }],
  ])("say of the special %s what is known of it", (method, known) => {
    expect(slackMethods[method]).toMatchObject({ tier: "special", ...known });
  });

  it("cover the SDK's 281 methods: each has a limit, or is listed as having none, with the reason", () => {
    const names = sdkMethods();
    expect(names).toHaveLength(281);
    const without = names.filter((name) => !Object.hasOwn(slackMethods, name));
    expect(without.toSorted()).toEqual(Object.keys(methodsWithoutTier).toSorted());
    for (const name of without) {
      expect(methodsWithoutTier[name]).not.toBe("");
      expect(shortly(chargesOf(name))).toEqual(expected(name, DEFAULT_PER_MINUTE));
    }
  });

  it("state what a method without a figure gets: one request a second, which Slack recommends", () => {
    expect(recommended).toMatchObject({ perSecond: 1, source: "rate-limits-page" });
    expect(shortly(chargesOf("never.heard.of.it"))).toEqual(expected("never.heard.of.it", DEFAULT_PER_MINUTE));
    expect(shortly(chargesOf("never.heard.of.it", { options: { defaultPerMinute: 6 } }))).toEqual(
      expected("never.heard.of.it", 6),
    );
    expect(shortly(chargesOf("users.list", { options: { defaultPerMinute: 6 } }))).toEqual(expected("users.list", 20));
  });

  it("keep their sources", () => {
    expect(slackSources).toEqual(data.sources);
    expect(messagePosting).toMatchObject({ perSecond: 1, source: "rate-limits-page" });
    for (const [method, { source }] of Object.entries(published)) {
      expect(slackMethods[method]?.sources, method).toEqual([source].flat());
      for (const name of slackMethods[method]?.sources ?? [])
        expect(
          Object.hasOwn(slackSources, name.startsWith("method:") ? "method:<name>" : name),
          `${method}: ${name}`,
        ).toBe(true);
    }
  });

  it("follow the documentation where Slack's Java SDK disagrees", () => {
    expect(data.disagreements.length).toBeGreaterThan(10);
    for (const { method, docs } of data.disagreements)
      if (Object.hasOwn(slackMethods, method))
        expect(docs, method).toMatch(new RegExp(`^${slackMethods[method]?.tier}`));
  });

  it("are the same in the data file and in the module made from it", () => {
    const script = fileURLToPath(new URL("../../scripts/generate-methods.mjs", import.meta.url));
    const { status, stderr } = spawnSync(process.execPath, [script, "--check"], { encoding: "utf8" });
    expect([status, stderr]).toEqual([0, ""]);
  });
});
