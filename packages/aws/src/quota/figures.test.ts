import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { execFileSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import {
  asOf,
  awsLimits,
  awsSources,
  ec2Actions,
  ec2Resources,
  kmsKeyPairs,
  specialLimits,
  throttlingCodes,
} from "../index.js";
import type { PublishedLimit } from "./published-limit.js";
import { sizeToLimit } from "./sizes.js";

const data = JSON.parse(readFileSync(new URL("../../data/aws.json", import.meta.url), "utf8")) as {
  readonly asOf: string;
  readonly services: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
};
const all: readonly PublishedLimit[] = [
  ...Object.values(awsLimits).flat(),
  ...Object.values(ec2Actions),
  ...Object.values(ec2Resources),
  ...Object.values(kmsKeyPairs),
  ...Object.values(specialLimits),
];

describe("the figures", () => {
  it("are those of the data file", { timeout: 60_000 }, () => {
    const script = new URL("../../scripts/generate-limits.mjs", import.meta.url);
    expect(() => execFileSync(process.execPath, [script.pathname, "--check"], { stdio: "pipe" })).not.toThrow();
    expect(asOf).toBe(data.asOf);
  });

  it("each have a source, a size and a limit that can be made of it", () => {
    expect(all.length).toBeGreaterThan(400);
    for (const limit of all) {
      expect(awsSources).toHaveProperty([limit.source]);
      for (const size of [limit, ...Object.values(limit.byRegion ?? {})])
        expect(() => sizeToLimit(size, { share: 1, marginMs: 50 })).not.toThrow();
    }
  });

  it("leave no service of the data out", () => {
    const names = [...Object.keys(awsLimits), "S3", "EC2", "SQS"].map((name) => name.toLowerCase());
    const inSdk: Readonly<Record<string, string>> = { stepFunctions: "sfn", cognito: "cognitoidentityprovider" };
    for (const service of Object.keys(data.services))
      expect(names).toContain((inSdk[service] ?? service).toLowerCase());
  });

  it("name no bucket of a service twice", () => {
    for (const limits of Object.values(awsLimits)) {
      const buckets = limits.map(({ bucket }) => bucket);
      expect(new Set(buckets).size).toBe(buckets.length);
    }
  });

  it("take for refusals what the SDK does", () => {
    // Not exported, but in its source.
    const sdk = createRequire(createRequire(import.meta.url).resolve("@aws-sdk/client-s3"));
    const text = readFileSync(sdk.resolve("@smithy/core/retry"), "utf8");
    const list = /THROTTLING_ERROR_CODES = \[([^\]]*)\]/.exec(text)?.[1] ?? "";
    const codes = [...list.matchAll(/"(\w+)"/g)].map(([, code]) => code);
    expect(codes.length).toBeGreaterThan(10);
    expect(throttlingCodes.toSorted()).toEqual(codes.toSorted());
  });
});
