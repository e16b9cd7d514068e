import { DynamoDB, DynamoDBClient, ListTablesCommand, paginateListTables } from "@aws-sdk/client-dynamodb";
import {
  GetObjectCommand,
  ListBucketsCommand,
  PutObjectCommand,
  S3,
  S3Client,
  waitUntilObjectExists,
} from "@aws-sdk/client-s3";
import { Route53Client, ListHostedZonesCommand } from "@aws-sdk/client-route-53";
import { Upload } from "@aws-sdk/lib-storage";
import { withCaller } from "@sluice/core";
import { describe, expect, it, vi } from "vitest";
import { createAwsApi, instrumentAws, measureAws, S3Api } from "../index.js";
import {
  limitedDynamodb,
  limitedS3,
  newAccount,
  newRegistry,
  plainS3,
  recorder,
  rejection,
  sdkConfigFor,
} from "../test-support/clients.test-support.js";
import { inOrder, type Reply, startServer, xmlError } from "../test-support/server.test-support.js";

const xml: Reply = { body: "<Result/>" };
const list = new ListBucketsCommand({});

/** A client's charges: one request, one token. */
function counting(): { readonly quota: () => []; readonly count: () => number } {
  let asked = 0;
  return { quota: () => ((asked += 1), []), count: () => asked };
}

describe("what the SDK builds on a client", () => {
  it("each page of a paginator is a call, charged once", async () => {
    const server = await startServer((_request, index) => ({
      body: index === 2 ? {} : { LastEvaluatedTableName: "x" },
    }));
    const [seen, charged] = [recorder(), counting()];
    const client = limitedDynamodb(server.origin, { hooks: seen.hooks, quota: charged.quota });
    for await (const page of paginateListTables({ client }, {})) void page;
    expect([seen.calls.length, seen.attempts.length, charged.count(), server.received.length]).toEqual([3, 3, 3, 3]);
  });

  it("each question of a waiter is a call, charged once", async () => {
    const server = await startServer(inOrder({ status: 404 }, { status: 404 }, {}));
    const charged = counting();
    const client = limitedS3(server.origin, charged);
    await waitUntilObjectExists({ client, maxWaitTime: 60, minDelay: 0.01, maxDelay: 0.01 }, { Bucket: "b", Key: "k" });
    expect([charged.count(), server.received.length]).toEqual([3, 3]);
  });

  it("each part of an upload is a call, charged once", async () => {
    const server = await startServer(({ path }) =>
      path.includes("uploads")
        ? { body: "<InitiateMultipartUploadResult><UploadId>u</UploadId></InitiateMultipartUploadResult>" }
        : { ...xml, headers: { etag: '"e"' } },
    );
    const [seen, charged] = [recorder(), counting()];
    const client = limitedS3(server.origin, { hooks: seen.hooks, quota: charged.quota });
    await new Upload({ client, params: { Bucket: "b", Key: "k", Body: Buffer.alloc(11 * 1024 * 1024) } }).done();
    expect(seen.calls.map(({ operation }) => operation).toSorted()).toEqual([
      "S3.CompleteMultipartUpload",
      "S3.CreateMultipartUpload",
      "S3.UploadPart",
      "S3.UploadPart",
      "S3.UploadPart",
    ]);
    expect([charged.count(), server.received.length]).toEqual([5, 5]);
  });

  it("the methods of an aggregated client pass like commands, and bring their names to the metrics", async () => {
    const server = await startServer(() => ({ body: {} }));
    const registry = newRegistry();
    const dynamodb = createAwsApi(DynamoDB, newAccount(), { ...sdkConfigFor(server.origin), registry, env: {} });
    await dynamodb.listTables({});
    await dynamodb.listTables();
    expect(await registry.metrics()).toMatch(
      /sluice_api_requests_total\{[^}]*operation="DynamoDB\.ListTables"[^}]*\} 2/,
    );
    dynamodb.destroy();
  });

  it("callbacks are called as before", async () => {
    const server = await startServer(() => xml);
    const s3 = limitedS3(server.origin);
    const result = await new Promise((resolve, reject) =>
      s3.send(list, (error, data) => (error ? reject(error as Error) : resolve(data))),
    );
    expect(result).toMatchObject({ $metadata: { httpStatusCode: 200 } });
  });

  it("a session that directory buckets need is a call of its own", async () => {
    const credentials =
      "<Credentials><AccessKeyId>AK</AccessKeyId><SecretAccessKey>SK</SecretAccessKey><SessionToken>T</SessionToken><Expiration>2100-01-01T00:00:00Z</Expiration></Credentials>";
    const server = await startServer(({ path }) =>
      path.includes("session") ? { body: `<CreateSessionResult>${credentials}</CreateSessionResult>` } : xml,
    );
    const [seen, charged] = [recorder(), counting()];
    const s3 = limitedS3(server.origin, { hooks: seen.hooks, quota: charged.quota });
    await s3.send(new GetObjectCommand({ Bucket: "b--use1-az4--x-s3", Key: "k" }));
    expect(seen.attempts.map(({ operation }) => operation)).toEqual(["S3.CreateSession", "S3.GetObject"]);
    expect([charged.count(), server.received.length]).toEqual([2, 2]);
  });

  it("a redirect to a bucket's region is an attempt of its own", async () => {
    const moved = xmlError(301, "PermanentRedirect", { "x-amz-bucket-region": "us-west-2" });
    const server = await startServer((_request, index) => (index === 0 ? moved : xml));
    const [seen, charged] = [recorder(), counting()];
    const s3 = limitedS3(server.origin, { hooks: seen.hooks, quota: charged.quota, followRegionRedirects: true });
    await s3.send(new GetObjectCommand({ Bucket: "b", Key: "k" }));
    expect(seen.calls).toHaveLength(1);
    expect([seen.attempts.length, charged.count(), server.received.length]).toEqual([2, 2, 2]);
  });

  it("cached middleware keeps parallel calls apart", async () => {
    const server = await startServer(() => xml);
    const seen = recorder();
    const s3 = limitedS3(server.origin, { hooks: seen.hooks, cacheMiddleware: true });
    await Promise.all(["a", "b", "c"].map((Key) => s3.send(new GetObjectCommand({ Bucket: "b", Key }))));
    expect(seen.attempts.map(({ args }) => (args as { Key: string }).Key).toSorted()).toEqual(["a", "b", "c"]);
    expect(new Set(seen.attempts.map(({ id }) => id)).size).toBe(3);
  });
});

describe("a call", () => {
  it("names account and region, and the account alone where a service is one for all regions", async () => {
    const server = await startServer(() => xml);
    const seen = recorder();
    const config = { ...sdkConfigFor(server.origin), hooks: seen.hooks, env: {} };
    await createAwsApi(S3Client, "prod", { ...config, registry: newRegistry(), region: async () => "us-east-2" }).send(
      list,
    );
    await createAwsApi(Route53Client, "prod", { ...config, registry: newRegistry() }).send(
      new ListHostedZonesCommand({}),
    );
    expect(seen.attempts.map(({ account }) => account)).toEqual(["prod/us-east-2", "prod"]);
  });

  it("without a region fails as the SDK's own client fails", async () => {
    vi.stubEnv("AWS_CONFIG_FILE", "/nowhere");
    vi.stubEnv("AWS_REGION", undefined);
    const { credentials } = sdkConfigFor("http://127.0.0.1:1");
    const errors = [];
    for (const s3 of [
      new S3Client({ credentials }),
      createAwsApi(S3Client, newAccount(), { credentials, registry: newRegistry(), env: {} }),
    ])
      errors.push((await rejection(s3.send(list))).message);
    vi.unstubAllEnvs();
    expect(errors[0]).toContain("Region is missing");
    expect(errors[1]).toBe(errors[0]);
  });

  it("tells hooks its verb, its access and the SDK's own arguments", async () => {
    const server = await startServer(() => xml);
    const seen = recorder();
    const s3 = limitedS3(server.origin, { hooks: seen.hooks });
    const input = { Bucket: "b", Key: "k", Body: "w" };
    await s3.send(new PutObjectCommand(input));
    await s3.send(list);
    expect(seen.calls.map(({ verb, access, idempotent }) => [verb, access, idempotent])).toEqual([
      ["PUT", "write", true],
      ["GET", "read", true],
    ]);
    expect(seen.attempts[0]).toMatchObject({ verb: "PUT", args: input });
    expect(seen.attempts[0]?.id).toBe(seen.calls[0]?.id);
  });
});

describe("as", () => {
  it.each([["factory", limitedS3] as const, ["plain", plainS3] as const])(
    "acts on behalf of a caller: %s",
    async (_name, make) => {
      const server = await startServer(() => xml);
      const seen = recorder();
      const s3 = make(server.origin, { hooks: seen.hooks });
      const team = s3.as({ namespace: "team-a", user: "u" });
      expect(team).toBeInstanceOf(S3Api);
      expect(team).toBeInstanceOf(S3Client);
      expect(team.hooks).toBe(s3.hooks);
      await team.send(list);
      await team.as({ namespace: "team-b" }).send(list);
      await withCaller({ namespace: "outer", tenant: "t" }, () => team.send(list));
      await s3.send(list);
      expect(seen.calls.map(({ caller }) => caller)).toEqual([
        { namespace: "team-a", user: "u" },
        { namespace: "team-b", user: "u" },
        { namespace: "team-a", user: "u", tenant: "t" },
        undefined,
      ]);
    },
  );

  it("works for the methods of an aggregated client", async () => {
    const server = await startServer(() => xml);
    const seen = recorder();
    const s3 = createAwsApi(S3, newAccount(), {
      ...sdkConfigFor(server.origin),
      registry: newRegistry(),
      hooks: seen.hooks,
      env: {},
    });
    await s3.as({ namespace: "team-a" }).listBuckets({});
    expect(seen.calls[0]?.caller).toEqual({ namespace: "team-a" });
  });
});

describe("an existing client", () => {
  it("is limited in place and returned", async () => {
    const server = await startServer(() => ({ body: {} }));
    const registry = newRegistry();
    const client = new DynamoDBClient(sdkConfigFor(server.origin));
    const same = instrumentAws(client, { account: newAccount(), registry, env: {} });
    expect(same).toBe(client);
    await client.send(new ListTablesCommand({}));
    expect(await registry.metrics()).toMatch(
      /sluice_rate_limit_acquired_total\{[^}]*operation="DynamoDB\.ListTables"[^}]*\} 1/,
    );
    expect(same.mode).toBe("enforce");
    await same.close();
    expect(await rejection(client.send(new ListTablesCommand({})))).toMatchObject({ code: "LIMITER_CLOSED" });
  });

  it("is limited whatever middleware it has already", async () => {
    const server = await startServer(() => ({ body: {} }));
    const seen = recorder();
    const client = new DynamoDBClient(sdkConfigFor(server.origin));
    client.middlewareStack.add((next) => (args) => next({ input: { ...args.input, Limit: 7 } }), {
      step: "initialize",
      priority: "high",
    });
    instrumentAws(client, { account: newAccount(), registry: newRegistry(), env: {}, hooks: seen.hooks });
    await client.send(new ListTablesCommand({}));
    expect([seen.calls.length, seen.attempts.length]).toEqual([1, 1]);
    expect(seen.attempts[0]?.args).toEqual({ Limit: 7 });
  });

  it("is instrumented once", () => {
    const client = new DynamoDBClient(sdkConfigFor("http://127.0.0.1:1"));
    const options = { account: "a", registry: newRegistry() };
    measureAws(client, options);
    expect(() => measureAws(client, options)).toThrow("client must be");
    expect(() => instrumentAws(client, { ...options, env: {} })).toThrow("client must be");
    expect(() => measureAws({} as never, options)).toThrow("a client of the AWS SDK");
  });

  it("measured only, has no mode to enforce and nothing to close", async () => {
    const client = measureAws(new DynamoDBClient(sdkConfigFor("http://127.0.0.1:1")), {
      account: "a",
      registry: newRegistry(),
    });
    expect(client.mode).toBe("disabled");
    expect(() => (client.mode = "enforce")).toThrow("mode must be");
    await client.close();
  });
});

describe("the end of a client", () => {
  it("destroy() closes the SDK's connections and the limiter", async () => {
    const server = await startServer(() => xml);
    const s3 = limitedS3(server.origin);
    await s3.send(list);
    s3.destroy();
    s3.destroy();
    expect(await rejection(s3.send(list))).toMatchObject({ code: "LIMITER_CLOSED" });
  });

  it("await using closes it", async () => {
    const server = await startServer(() => xml);
    let kept: S3Api;
    {
      await using s3 = limitedS3(server.origin);
      kept = s3;
      await s3.send(list);
    }
    expect(await rejection(kept.send(list))).toMatchObject({ code: "LIMITER_CLOSED" });
  });
});
