import { describe, expect, it } from "vitest";
import { slidingWindow, tokenBucket } from "@sluice/limiter";
import { line, quotaOf } from "../test-support/quota.test-support.js";
import { prefixOf, slotOf } from "./s3.js";

const lines = (...asked: Parameters<ReturnType<typeof quotaOf>>): readonly string[] => quotaOf()(...asked).map(line);

describe("EC2: every action has a bucket of its own", () => {
  it.each([
    ["EC2.DescribeVpcs", {}, ["EC2.DescribeVpcs 1 of 100, 20/s"]],
    ["EC2.GetConsoleOutput", {}, ["EC2.GetConsoleOutput 1 of 100, 20/s"]],
    ["EC2.CreateVpc", {}, ["EC2.CreateVpc 1 of 50, 5/s"]],
    ["EC2.CreateKeyPair", {}, ["EC2.CreateKeyPair 1 of 50, 5/s"]],
    ["EC2.AdvertiseByoipCidr", {}, ["EC2.AdvertiseByoipCidr 1 of 1, 0.1/s"]],
    ["EC2.DescribeInstances", {}, ["EC2.DescribeInstances:unfiltered 1 of 50, 10/s"]],
    ["EC2.DescribeInstances", { InstanceIds: ["i"] }, ["EC2.DescribeInstances:unfiltered 1 of 50, 10/s"]],
    ["EC2.DescribeInstances", { MaxResults: 5 }, ["EC2.DescribeInstances 1 of 100, 20/s"]],
    ["EC2.DescribeInstances", { Filters: [{ Name: "n" }] }, ["EC2.DescribeInstances 1 of 100, 20/s"]],
  ])("%s %j", (operation, input, expected) => {
    expect(lines(operation, { input })).toEqual(expected);
  });

  it.each([
    ["EC2.RunInstances", { MinCount: 1, MaxCount: 30 }, "EC2.RunInstances:instances 30 of 1000, 2/s"],
    ["EC2.TerminateInstances", { InstanceIds: ["a", "b", "c"] }, "EC2.TerminateInstances:instances 3 of 1000, 20/s"],
    ["EC2.StartInstances", { InstanceIds: ["a"] }, "EC2.StartInstances:instances 1 of 1000, 2/s"],
    ["EC2.StopInstances", { InstanceIds: [] }, "EC2.StopInstances:instances 1 of 1000, 20/s"],
    ["EC2.RunInstances", { MaxCount: 5000 }, "EC2.RunInstances:instances 1000 of 1000, 2/s"],
  ])("%s %j costs by the instances too", (operation, input, second) => {
    const charges = lines(operation, { input });
    expect(charges).toHaveLength(2);
    expect(charges[0]).toMatch(new RegExp(`^${operation.replace(".", "\\.")} 1 of `));
    expect(charges[1]).toBe(second);
  });
});

describe("Route 53: a request takes from its action, from the account, and changes by their number", () => {
  it.each([
    ["Route53.ListHostedZones", {}, ["Route53.ListHostedZones 1 of 50, 10/s", "Route53.account 1 of 50, 10/s"]],
    ["Route53.CreateHealthCheck", {}, ["Route53.CreateHealthCheck 1 of 50, 0.5/s", "Route53.account 1 of 50, 10/s"]],
    [
      "Route53.CreateHostedZone",
      {},
      ["Route53.CreateHostedZone 1 of 40, 2/s", "Route53.account 1 of 50, 10/s", "Route53.changes 2 of 1500, 100/s"],
    ],
    [
      "Route53.ChangeResourceRecordSets",
      { ChangeBatch: { Changes: [{ Action: "CREATE" }, { Action: "DELETE" }, { Action: "UPSERT" }] } },
      [
        "Route53.ChangeResourceRecordSets 1 of 50, 10/s",
        "Route53.account 1 of 50, 10/s",
        "Route53.changes 4 of 1500, 100/s",
      ],
    ],
  ])("%s", (operation, input, expected) => {
    expect(lines(operation, { input })).toEqual(expected);
  });
});

describe("KMS: cryptographic operations share a bucket by the kind of key", () => {
  it.each([
    ["KMS.Encrypt", {}, "eu-north-1", "KMS.symmetric 1 of 1000, 9000/s"],
    ["KMS.GenerateDataKey", {}, "eu-central-1", "KMS.symmetric 1 of 2000, 18000/s"],
    ["KMS.Decrypt", {}, "us-east-1", "KMS.symmetric 1 of 10000, 90000/s"],
    ["KMS.Decrypt", { EncryptionAlgorithm: "SYMMETRIC_DEFAULT" }, "eu-north-1", "KMS.symmetric 1 of 1000, 9000/s"],
    ["KMS.Decrypt", { EncryptionAlgorithm: "RSAES_OAEP_SHA_256" }, "eu-north-1", "KMS.rsa 1 of 100, 900/s"],
    ["KMS.Sign", { SigningAlgorithm: "RSASSA_PSS_SHA_256" }, "eu-north-1", "KMS.rsa 1 of 100, 900/s"],
    ["KMS.Sign", { SigningAlgorithm: "ECDSA_SHA_256" }, "eu-north-1", "KMS.eccSm2 1 of 100, 900/s"],
    ["KMS.Verify", { SigningAlgorithm: "ML_DSA_SHAKE_256" }, "eu-north-1", "KMS.mlDsa 1 of 100, 900/s"],
    [
      "KMS.GenerateDataKeyPair",
      { KeyPairSpec: "RSA_3072" },
      "eu-north-1",
      "KMS.GenerateDataKeyPair RSA_3072 1 of 4 in 1000 ms",
    ],
    [
      "KMS.GenerateDataKeyPairWithoutPlaintext",
      { KeyPairSpec: "RSA_3072" },
      "eu-north-1",
      "KMS.GenerateDataKeyPair RSA_3072 1 of 4 in 1000 ms",
    ],
    ["KMS.CreateKey", {}, "eu-north-1", "KMS.CreateKey 1 of 5 in 1000 ms"],
    ["KMS.DescribeKey", {}, "eu-north-1", "KMS.DescribeKey 1 of 200, 1800/s"],
  ])("%s %j in %s", (operation, input, region, expected) => {
    expect(lines(operation, { input, region })).toEqual([expected]);
  });
});

describe("S3: reads and writes per prefix", () => {
  const s3 = (options: Parameters<typeof quotaOf>[0], verb: string, Key: string): string | undefined =>
    quotaOf(options)("S3.X", { verb, input: { Bucket: "b", Key } })[0]?.bucket;

  it("has the published figures, and no second holds more", () => {
    expect(lines("S3.GetObject", { verb: "GET", input: { Bucket: "b", Key: "k" } })).toEqual([
      `S3.read:b#${slotOf("", 1024)} 1 of 550, 4950/s`,
    ]);
    expect(lines("S3.PutObject", { verb: "PUT", input: { Bucket: "b", Key: "k" } })).toEqual([
      `S3.write:b#${slotOf("", 1024)} 1 of 350, 3150/s`,
    ]);
  });

  it.each([
    ["GET", "read"],
    ["HEAD", "read"],
    ["PUT", "write"],
    ["POST", "write"],
    ["DELETE", "write"],
  ])("counts a %s as a %s", (verb, kind) => {
    expect(s3({}, verb, "k")).toContain(`S3.${kind}:b`);
  });

  it.each([
    ["a/b/c", 0, ""],
    ["a/b/c", 1, "a"],
    ["a/b/c", 2, "a/b"],
    ["a/b/c", 9, "a/b"],
    ["c", 3, ""],
  ])("the prefix of %s at depth %i is %j", (key, depth, prefix) => {
    expect(prefixOf(key, depth)).toBe(prefix);
  });

  it("gives keys of one folder one bucket, and those of others another", () => {
    expect(s3({}, "GET", "logs/1")).toBe(s3({}, "GET", "logs/deep/2"));
    expect(s3({}, "GET", "logs/1")).not.toBe(s3({}, "GET", "images/1"));
    expect(s3({ s3: { prefixDepth: 0 } }, "GET", "logs/1")).toBe("S3.read:b");
    expect(s3({ s3: { prefixDepth: 2 } }, "GET", "logs/a/1")).not.toBe(
      s3({ s3: { prefixDepth: 2 } }, "GET", "logs/b/1"),
    );
  });

  it("keeps the number of buckets bounded, however many prefixes there are", () => {
    const seen = new Set(Array.from({ length: 5000 }, (_, n) => s3({ s3: { prefixes: 16 } }, "GET", `user-${n}/x`)));
    expect(seen.size).toBe(16);
  });

  it("takes a list's prefix, and has nothing published for the management of buckets", () => {
    expect(quotaOf()("S3.ListObjectsV2", { verb: "GET", input: { Bucket: "b", Prefix: "logs/1" } })[0]?.bucket).toBe(
      s3({}, "GET", "logs/2"),
    );
    expect(lines("S3.PutBucketTagging", { verb: "PUT", input: { Bucket: "b" } })).toEqual([
      "S3.PutBucketTagging 1 of 1000, 1000/s",
    ]);
    expect(lines("S3.ListBuckets", { verb: "GET" })).toEqual(["S3.ListBuckets 1 of 1000, 1000/s"]);
  });
});

describe("other services", () => {
  it.each([
    ["ECS.RunTask", {}, ["ECS.clusterResourceModify 1 of 100, 40/s"]],
    ["STS.AssumeRole", {}, ["STS.shared 1 of 60, 540/s"]],
    ["Organizations.CloseAccount", {}, ["Organizations.CloseAccount 1 of 1, 0.05/s"]],
    ["SFN.StartExecution", {}, ["SFN.StartExecution 1 of 800, 150/s"]],
    ["SSM.GetParameters", {}, ["SSM.GetParameter+GetParameters+GetParametersByPath 1 of 40 in 1000 ms"]],
    ["CloudWatch.PutMetricAlarm", {}, ["CloudWatch.PutMetricAlarm 1 of 3 in 1000 ms"]],
    ["CloudWatchLogs.CreateImportTask", {}, ["CloudWatchLogs.CreateImportTask 1 of 1, 1/s"]],
    ["SecretsManager.PutSecretValue", {}, ["SecretsManager.write and replication actions together 1 of 50 in 1000 ms"]],
    ["Lambda.GetFunction", {}, ["Lambda.GetFunction 1 of 100 in 1000 ms"]],
    ["Lambda.ListFunctions", {}, ["Lambda.controlPlane 1 of 15 in 1000 ms"]],
    ["Lambda.Invoke", {}, ["Lambda.Invoke 1 of 1000, 1000/s"]],
    [
      "SQS.SendMessageBatch",
      { QueueUrl: "https://sqs/1/orders.fifo" },
      ["SQS.SendMessage:orders.fifo 1 of 300 in 1000 ms"],
    ],
    ["SQS.SendMessage", { QueueUrl: "https://sqs/1/orders" }, ["SQS.SendMessage 1 of 1000, 1000/s"]],
    ["SNS.PublishBatch", { PublishBatchRequestEntries: [1, 2, 3] }, ["SNS.publish 3 of 300 in 1000 ms"]],
    ["SNS.Publish", { TopicArn: "arn:x.fifo" }, ["SNS.publishFifo 1 of 300, 2700/s"]],
    ["DynamoDB.DescribeLimits", {}, ["DynamoDB.DescribeLimits 1 of 1 in 60000 ms"]],
    ["DynamoDB.UpdateTimeToLive", { TableName: "t" }, ["DynamoDB.UpdateTimeToLive:t 1 of 1 in 3600000 ms"]],
    ["DynamoDB.GetItem", { TableName: "t" }, ["DynamoDB.read:t 1 of 4000, 36000/s"]],
    ["IAM.CreateRole", {}, ["IAM.CreateRole 1 of 1000, 1000/s"]],
  ])("%s %j", (operation, input, expected) => {
    expect(lines(operation, { input })).toEqual(expected);
  });

  it("DynamoDB counts items, and each table for itself", () => {
    const input = { RequestItems: { one: { Keys: [1, 2, 3] }, two: { Keys: [1] } } };
    expect(lines("DynamoDB.BatchGetItem", { input }).map((text) => text.slice(0, 19))).toEqual([
      "DynamoDB.read:one 3",
      "DynamoDB.read:two 1",
    ]);
    const items = { TransactItems: [{ Put: { TableName: "one" } }, { Delete: { TableName: "one" } }] };
    expect(lines("DynamoDB.TransactWriteItems", { input: items })).toEqual(["DynamoDB.write:one 2 of 4000, 36000/s"]);
  });

  it("PutResourcePolicy takes from its own bucket first, then from the control plane's", () => {
    expect(lines("DynamoDB.PutResourcePolicy").map((text) => text.split(" ")[0])).toEqual([
      "DynamoDB.PutResourcePolicy",
      "DynamoDB.controlPlaneWrites",
    ]);
  });

  it("some regions have larger buckets", () => {
    expect(lines("SFN.StartExecution", { region: "us-east-1" })).toEqual(["SFN.StartExecution 1 of 1300, 300/s"]);
    expect(lines("CloudWatchLogs.FilterLogEvents", { region: "eu-central-1" })).toEqual([
      "CloudWatchLogs.FilterLogEvents 1 of 5 in 1000 ms",
    ]);
  });

  it("another server has buckets of its own", () => {
    expect(lines("STS.AssumeRole", { server: "@localhost:4566" })).toEqual([
      "STS.shared@localhost:4566 1 of 60, 540/s",
    ]);
  });
});

describe("options", () => {
  it("share takes a part of everything published", () => {
    const quota = quotaOf({ share: 0.5 });
    expect(quota("EC2.DescribeVpcs").map(line)).toEqual(["EC2.DescribeVpcs 1 of 50, 10/s"]);
    expect(quota("KMS.CreateKey").map(line)).toEqual(["KMS.CreateKey 1 of 2 in 1000 ms"]);
    expect(quota("EC2.AdvertiseByoipCidr").map(line)).toEqual(["EC2.AdvertiseByoipCidr 1 of 1, 0.05/s"]);
  });

  it("the margin lengthens windows and shortens bursts", () => {
    const quota = quotaOf({ marginMs: 100 });
    expect(quota("KMS.CreateKey").map(line)).toEqual(["KMS.CreateKey 1 of 5 in 1100 ms"]);
    expect(quota("EC2.DescribeVpcs").map(line)).toEqual(["EC2.DescribeVpcs 1 of 98, 20/s"]);
  });

  it("limits replace those of an action, or of a whole service", () => {
    const quota = quotaOf({
      limits: {
        "EC2.RunInstances": 2,
        SQS: tokenBucket({ refillRate: 7, burst: 9 }),
        "SQS.SendMessage": slidingWindow({ limit: 3, windowMs: 500 }),
      },
    });
    expect(quota("EC2.RunInstances", { input: { MaxCount: 9 } }).map(line)).toEqual(["EC2.RunInstances 1 of 2, 2/s"]);
    expect(quota("SQS.ReceiveMessage").map(line)).toEqual(["SQS 1 of 9, 7/s"]);
    expect(quota("SQS.DeleteMessage").map(line)).toEqual(["SQS 1 of 9, 7/s"]);
    expect(quota("SQS.SendMessage").map(line)).toEqual(["SQS.SendMessage 1 of 3 in 500 ms"]);
  });

  it("S3's figures may be others", () => {
    const quota = quotaOf({ s3: { reads: 10, writes: 20, prefixDepth: 0 } });
    expect(quota("S3.GetObject", { verb: "GET", input: { Bucket: "b", Key: "k" } }).map(line)).toEqual([
      "S3.read:b 1 of 10 in 1000 ms",
    ]);
    expect(quota("S3.PutObject", { verb: "PUT", input: { Bucket: "b", Key: "k" } }).map(line)).toEqual([
      "S3.write:b 1 of 20 in 1000 ms",
    ]);
  });

  it("the adaptive limit starts where it is told", () => {
    expect(quotaOf({ adaptive: { startRate: 50, burst: 5 } })("IAM.ListRoles").map(line)).toEqual([
      "IAM.ListRoles 1 of 5, 50/s",
    ]);
  });

  it("bytes whose number is known are charged at once, up to the burst", () => {
    const quota = quotaOf({ bytesPerSecond: { up: 1000 } });
    const bytes = (bodyBytes: number): readonly string[] => quota("IAM.ListRoles", { bodyBytes }).slice(1).map(line);
    expect(bytes(400)).toEqual(["bytes:up 400 of 1000, 1000/s"]);
    expect([bytes(0), bytes(1001)]).toEqual([[], []]);
  });
});
