import { DynamoDB, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { EC2Client } from "@aws-sdk/client-ec2";
import { describe, expect, it, onTestFinished } from "vitest";
import { createAwsApi } from "../create-aws-api.js";
import type { AwsOptions } from "../options.js";
import { createS3Api } from "../s3-api.js";

let accounts = 0;

function s3(options: AwsOptions & { readonly region?: string } = {}) {
  accounts += 1;
  const api = createS3Api(`account-${accounts}`, { env: {}, ...options });
  onTestFinished(() => api.close());
  return api.limits();
}

describe("an explanation of a command of AWS", () => {
  it("names the published rate of a prefix, and its bucket where bucket and key are given", () => {
    const limits = s3({ region: "eu-west-1" });
    expect(limits.explain("s3.PutObject").limits).toMatchObject([
      {
        bucket: "S3.write:{Bucket}#{Key}",
        needs: ["Bucket", "Key"],
        scope: "per partitioned prefix",
        published: "3500 in 1 s",
        source: { url: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/optimizing-performance.html" },
        setBy: { by: "default" },
      },
    ]);
    expect(limits.explain("GetObject", { Bucket: "b", Key: "a/c" }).limits[0]?.bucket).toMatch(/^S3\.read:b#\d+$/);
    expect(limits.explain("GetObject").account).toMatch(/\/eu-west-1$/);
  });

  it.each([
    [{ quota: { s3: { writes: 100 } } }, {}, { by: "option", name: "quota.s3.writes", value: 100 }],
    [{}, { AWS_RATE_LIMIT_S3_WRITES: "100" }, { by: "environment", name: "AWS_RATE_LIMIT_S3_WRITES", value: "100" }],
    [{ quota: { share: 0.5 } }, {}, { by: "option", name: "quota.share", value: 0.5 }],
    [{ quota: { limits: { S3: 9 } } }, {}, { by: "option", name: 'quota.limits["S3"]', value: 9 }],
  ] as const)("with %j and %j says what decided", (options, env, setBy) => {
    expect(s3({ ...options, env }).explain("PutObject").limits[0]).toMatchObject({ setBy });
  });

  it("says where nothing is published, and knows no source for that", () => {
    const [limit] = s3().explain("ListBuckets").limits;
    expect(limit).toMatchObject({
      bucket: "S3.ListBuckets",
      source: null,
      words: "1000 per second, at most 1000 at once",
    });
    expect(limit?.note).toContain("AWS publishes no figure");
  });

  it("takes the region from configuration, environment or the calls made so far", () => {
    const region = (options: AwsOptions & { readonly region?: string }) => s3(options).account.split("/")[1];
    expect(region({ region: "eu-west-1", env: { AWS_REGION: "us-east-1" } })).toBe("eu-west-1");
    expect(region({ env: { AWS_REGION: "us-east-1" } })).toBe("us-east-1");
    expect(region({})).toBeUndefined();
  });

  it("knows the buckets of EC2 and DynamoDB, by the names of commands and of methods", () => {
    const ec2 = createAwsApi(EC2Client, "prod-1", { region: "eu-west-1", env: {} });
    const aggregated = createAwsApi(DynamoDB, "prod-2", { region: "eu-west-1", env: {} });
    const bare = createAwsApi(DynamoDBClient, "prod-3", { region: "eu-west-1", env: {} });
    onTestFinished(async () => void (await Promise.all([ec2, aggregated, bare].map((one) => one.close()))));
    expect(
      ec2
        .limits()
        .explain("RunInstances", { MaxCount: 4 })
        .limits.map(({ bucket, cost }) => [bucket, cost]),
    ).toEqual([
      ["EC2.RunInstances", 1],
      ["EC2.RunInstances:instances", 4],
    ]);
    for (const api of [aggregated, bare])
      expect(api.limits().explain("query").limits).toMatchObject([
        {
          request: "DynamoDB.Query",
          bucket: "DynamoDB.read:{TableName}",
          source: { url: expect.stringContaining("dynamodb") as string },
        },
      ]);
    expect(bare.as({ tenant: "a" }).limits().explain("QueryCommand").operation).toBe("DynamoDB.Query");
  });

  it("finds the published figure of every action that has a limit by name", () => {
    const ec2 = createAwsApi(EC2Client, "prod-4", { env: {} });
    onTestFinished(() => ec2.close());
    for (const { limits } of ec2.limits().all()) for (const { source } of limits) expect(source).not.toBeNull();
  });
});
