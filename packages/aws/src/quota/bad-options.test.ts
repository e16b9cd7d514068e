import { describe, expect, it } from "vitest";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { ConfigError } from "@sluice/core";
import { createAwsApi, createS3Api, instrumentAws, S3Api } from "../index.js";
import { newRegistry } from "../test-support/clients.test-support.js";

function problem(make: () => unknown): unknown {
  try {
    return make();
  } catch (error) {
    return error;
  }
}
const s3 = (options: object, env: Readonly<Record<string, string>> = {}): unknown =>
  problem(() => createS3Api("a", { registry: newRegistry(), env, ...options } as never));

describe("a wrong option is refused at once, by its name", () => {
  it.each([
    ["quota", 5],
    ["quota.share", { share: 0 }],
    ["quota.share", { share: 1.5 }],
    ["quota.share", { share: "1" }],
    ["quota.marginMs", { marginMs: -1 }],
    ["quota.marginMs", { marginMs: 1.5 }],
    ["quota.adaptive", { adaptive: 5 }],
    ["quota.adaptive.startRate", { adaptive: { startRate: 0 } }],
    ["quota.adaptive.startRate", { adaptive: { startRate: Number.NaN } }],
    ["quota.adaptive.burst", { adaptive: { burst: 0.5 } }],
    ["quota.adaptive.pauseMs", { adaptive: { pauseMs: -1 } }],
    ["quota.s3", { s3: null }],
    ["quota.s3.reads", { s3: { reads: 0 } }],
    ["quota.s3.writes", { s3: { writes: Number.POSITIVE_INFINITY } }],
    ["quota.s3.prefixDepth", { s3: { prefixDepth: 17 } }],
    ["quota.s3.prefixes", { s3: { prefixes: 0 } }],
    ["quota.bytesPerSecond", { bytesPerSecond: [] }],
    ["quota.bytesPerSecond.up", { bytesPerSecond: { up: 0 } }],
    ["quota.bytesPerSecond.down", { bytesPerSecond: { down: 2e9 } }],
    ["quota.limits", { limits: 3 }],
    ['quota.limits["S3.PutObject"]', { limits: { "S3.PutObject": 0 } }],
    ['quota.limits["S3.PutObject"]', { limits: { "S3.PutObject": { kind: "leakyBucket", rate: 1 } } }],
    [
      'quota.limits["S3.PutObject"].burst',
      { limits: { "S3.PutObject": { kind: "tokenBucket", refillRate: 1, burst: 0 } } },
    ],
    ['quota.limits["a b"]', { limits: { "a b": 1 } }],
  ])("%s %j", (option, quota) => {
    const error = s3({ quota });
    expect(error).toBeInstanceOf(ConfigError);
    expect(error).toMatchObject({ option });
  });

  it.each([
    ["AWS_RATE_LIMIT_SHARE", "2"],
    ["AWS_RATE_LIMIT_SHARE", "0x1"],
    ["AWS_RATE_LIMIT_START_RATE", "fast"],
    ["AWS_RATE_LIMIT_S3_READS", "-1"],
    ["AWS_RATE_LIMIT_S3_WRITES", "1e3"],
    ["AWS_RATE_LIMIT_S3_PREFIX_DEPTH", "1.5"],
    ["AWS_RATE_LIMIT_BYTES_UP", "0"],
    ["AWS_RATE_LIMIT_BYTES_DOWN", "many"],
    ["REDIS_URL", "nowhere"],
    ["SLUICE_MODE", "off"],
  ])("%s=%s", (variable, value) => {
    const error = s3({}, { [variable]: value });
    expect(error).toBeInstanceOf(ConfigError);
    expect(error).toMatchObject({ option: variable });
  });

  it("options beat the environment, and an empty variable counts as absent", () => {
    expect(s3({ quota: { share: 0.5 } }, { AWS_RATE_LIMIT_SHARE: "2" })).toBeInstanceOf(S3Api);
    expect(s3({}, { AWS_RATE_LIMIT_SHARE: "", AWS_RATE_LIMIT_S3_READS: "10.5" })).toBeInstanceOf(S3Api);
  });

  it("an account is needed, by every way to a client", () => {
    const makes = [
      () => createS3Api(""),
      () => createS3Api(undefined as never),
      () => new S3Api(" "),
      () => createAwsApi(DynamoDBClient, ""),
      () => instrumentAws(new DynamoDBClient({ region: "x" }), {} as never),
    ];
    for (const make of makes) expect(problem(make)).toMatchObject({ code: "CONFIG_INVALID", option: "account" });
  });

  it("so is a client class, and names of operations are names", () => {
    expect(problem(() => createAwsApi(undefined as never, "a"))).toMatchObject({ option: "ClientClass" });
    expect(s3({ operations: ["SQS.SendMessage", "bad name"] })).toMatchObject({ option: "operations" });
    expect(s3({ operations: "SQS.SendMessage" })).toMatchObject({ option: "operations" });
  });
});
