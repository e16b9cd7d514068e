import { ListTablesCommand } from "@aws-sdk/client-dynamodb";
import { GetObjectCommand } from "@aws-sdk/client-s3";
import { ListHostedZonesCommand, Route53Client } from "@aws-sdk/client-route-53";
import { type RedisServer, startRedisServer } from "@sluice/test/redis-server";
import { afterAll, beforeAll, expect, it, onTestFinished } from "vitest";
import { createAwsApi } from "../index.js";
import {
  limitedDynamodb,
  limitedS3,
  newAccount,
  newRegistry,
  rejection,
  sdkConfigFor,
} from "../test-support/clients.test-support.js";
import { startServer, xmlError } from "../test-support/server.test-support.js";

let redis: RedisServer;
beforeAll(async () => void (redis = await startRedisServer()));
afterAll(() => redis.stop());

interface Where {
  readonly url: string;
  readonly commandTimeoutMs: number;
}

/**
 * Two names of one server: as far apart as two processes, each with a store, a connection and a listener of its own. A Redis that stands
 * still for a moment is not away.
 */
const places = (): [Where, Where] => {
  const at = (url: string): Where => ({ url, commandTimeoutMs: 10_000 });
  return [at(redis.url), at(redis.url.replace("127.0.0.1", "localhost"))];
};

it("SlowDown in one process pauses that prefix in the other, and nothing else", async () => {
  let refusedMs = 0;
  const server = await startServer((_request, index) => {
    if (index !== 2) return { body: "x" };
    refusedMs = performance.now();
    return xmlError(503, "SlowDown", { "retry-after": "3" });
  });
  const account = newAccount();
  const [here, there] = places();
  const first = limitedS3(server.origin, { redis: here, retry: false }, account);
  const second = limitedS3(server.origin, { redis: there }, account);
  const get = (s3: typeof first, Key: string): Promise<unknown> => s3.send(new GetObjectCommand({ Bucket: "b", Key }));
  await Promise.all([get(first, "images/0"), get(second, "images/0")]);
  await rejection(get(first, "logs/1"));
  let isOver = false;
  const waiting = get(second, "logs/2").then(() => (isOver = true));
  await get(second, "images/1");
  expect(isOver).toBe(false);
  await waiting;
  expect(performance.now() - refusedMs).toBeGreaterThan(2950);
});

/** As Route 53 says it. */
const refusal = {
  status: 400,
  headers: { "x-amz-retry-after": "60000" },
  body: "<ErrorResponse><Error><Code>Throttling</Code><Message>Rate exceeded</Message></Error></ErrorResponse>",
};

it("a refused action waits in both, whatever the region of a service that has none", async () => {
  const server = await startServer((_request, index) => (index === 0 ? refusal : {}));
  const account = newAccount();
  const [first, second] = places().map((where, n) => {
    const client = createAwsApi(Route53Client, account, {
      ...sdkConfigFor(server.origin),
      region: n === 0 ? "us-east-1" : "eu-west-1",
      registry: newRegistry(),
      redis: where,
      env: {},
      retry: false,
      timeoutMs: 10_000,
    });
    onTestFinished(() => client.destroy());
    return client;
  });
  await rejection(first!.send(new ListHostedZonesCommand({})));
  expect(await rejection(second!.send(new ListHostedZonesCommand({})))).toMatchObject({
    code: "LIMIT_EXCEEDED",
    account,
  });
  expect(server.received).toHaveLength(1);
});

it("two processes together stay inside one limit", async () => {
  const server = await startServer(() => ({ body: {} }));
  const account = newAccount();
  const quota = { limits: { "DynamoDB.ListTables": 20 } };
  const [first, second] = places().map((where) => limitedDynamodb(server.origin, { redis: where, quota }, account));
  const startedMs = performance.now();
  await Promise.all(
    [first!, second!].flatMap((client) => Array.from({ length: 15 }, () => client.send(new ListTablesCommand({})))),
  );
  // Twenty at once, ten more at twenty a second.
  expect(performance.now() - startedMs).toBeGreaterThan(450);
  expect(server.received).toHaveLength(30);
});
