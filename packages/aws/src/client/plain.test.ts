import { ListTablesCommand } from "@aws-sdk/client-dynamodb";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { ListBucketsCommand, type S3Client } from "@aws-sdk/client-s3";
import { tokenBucket } from "@sluice/limiter";
import { afterEach, describe, expect, it, vi } from "vitest";
import { measureAws, S3Api } from "../index.js";
import {
  limitedS3,
  newAccount,
  newRegistry,
  plainS3,
  rejection,
  sdkConfigFor,
  sdkS3,
} from "../test-support/clients.test-support.js";
import { silentPort, startServer, xmlError } from "../test-support/server.test-support.js";

afterEach(() => void vi.unstubAllEnvs());
const list = new ListBucketsCommand({});

describe("a plain client", () => {
  it("measures, and has no limiter, no deadline and no retry of ours", async () => {
    const registry = newRegistry();
    const server = await startServer(() => ({ body: "<Result/>" }));
    const s3 = plainS3(server.origin, { registry });
    await Promise.all(Array.from({ length: 20 }, () => s3.send(list)));
    expect(s3.hooks.list("attempt").map(({ name }) => name)).toEqual(["metrics"]);
    expect(s3.mode).toBe("disabled");
    const metrics = await registry.metrics();
    expect(metrics).toMatch(
      /sluice_api_requests_total\{provider="aws",account="account-\d+\/eu-west-1",operation="S3\.ListBuckets"[^}]*outcome="ok"\} 20/,
    );
  });

  it("reads nothing from the environment but what the SDK itself reads", async () => {
    for (const name of ["REDIS_URL", "SLUICE_MODE", "AWS_RATE_LIMIT_SHARE"]) vi.stubEnv(name, "nonsense");
    const server = await startServer(() => ({ body: {} }));
    const dynamodb = measureAws(new DynamoDBClient(sdkConfigFor(server.origin)), {
      account: newAccount(),
      registry: newRegistry(),
    });
    await dynamodb.send(new ListTablesCommand({}));
    expect(() => new S3Api("a", { registry: newRegistry() })).not.toThrow();
  });

  it("has the SDK's own errors, retries and metadata", async () => {
    const refused = await startServer(() => xmlError(400, "Throttling"));
    const silent = `http://127.0.0.1:${await silentPort()}`;
    for (const origin of [refused.origin, silent]) {
      const fails = async (s3: S3Client): Promise<object> => {
        const { name, message, code, $metadata } = await rejection(s3.send(list));
        return { name, message, code, attempts: ($metadata as { attempts: number }).attempts };
      };
      const [sdk, plain] = [await fails(sdkS3(origin)), await fails(plainS3(origin))];
      expect(plain).toEqual(sdk);
      expect(sdk).toMatchObject({ attempts: 3 });
    }
    expect(refused.received).toHaveLength(6);
  });
});

describe("the mode of a limited client", () => {
  it("shadow decides and never acts, disabled does not even ask, and it may change at any time", async () => {
    const server = await startServer(() => ({ body: "<Result/>" }));
    const limits = { "S3.ListBuckets": tokenBucket({ refillRate: 1e-4, burst: 1 }) };
    const s3 = limitedS3(server.origin, { quota: { limits }, mode: "shadow", timeoutMs: 10_000 });
    for (let n = 0; n < 3; n += 1) await s3.send(list);
    s3.mode = "disabled";
    await s3.send(list);
    s3.as({ namespace: "n" }).mode = "enforce";
    expect(s3.mode).toBe("enforce");
    expect(await rejection(s3.send(list))).toMatchObject({ code: "LIMIT_EXCEEDED" });
    expect(server.received).toHaveLength(4);
  });
});
