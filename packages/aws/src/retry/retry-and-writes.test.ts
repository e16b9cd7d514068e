import { createServer, type Socket } from "node:net";
import { Readable } from "node:stream";
import { PutItemCommand, GetItemCommand, TransactWriteItemsCommand } from "@aws-sdk/client-dynamodb";
import {
  CompleteMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  ListBucketsCommand,
  PutObjectCommand,
} from "@aws-sdk/client-s3";
import { createFakeClock } from "@sluice/core/testing";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import {
  limitedDynamodb,
  limitedS3,
  plainS3,
  recorder,
  rejection,
  sdkS3,
} from "../test-support/clients.test-support.js";
import { inOrder, jsonError, silentPort, startServer, xmlError } from "../test-support/server.test-support.js";

const get = new GetObjectCommand({ Bucket: "b", Key: "k" });
const put = new PutObjectCommand({ Bucket: "b", Key: "k", Body: "words" });
const item = { TableName: "t", Item: { id: { S: "1" } } };
const good = { body: "<Result/>" };

describe("a refusal for the rate", () => {
  it.each([
    ["503 SlowDown", xmlError(503, "SlowDown")],
    ["400 Throttling", xmlError(400, "Throttling")],
    ["400 RequestLimitExceeded", xmlError(400, "RequestLimitExceeded")],
    ["429 with any code", xmlError(429, "Whatever")],
    ["503 RequestThrottled", xmlError(503, "RequestThrottled")],
  ])("%s is repeated, for writes too", async (_name, refusal) => {
    const server = await startServer(inOrder(refusal, refusal, good));
    const unconditional = new CompleteMultipartUploadCommand({ Bucket: "b", Key: "k", UploadId: "u" });
    await limitedS3(server.origin).send(unconditional);
    expect(server.received).toHaveLength(3);
  });

  it("needs no mark on the error: the code in a 400 is enough", async () => {
    const server = await startServer(inOrder(jsonError(400, "ProvisionedThroughputExceededException"), { body: {} }));
    await limitedDynamodb(server.origin).send(new PutItemCommand(item));
    expect(server.received).toHaveLength(2);
  });

  it("comes out as the SDK's own error when it stays, with the attempts that were made", async () => {
    const server = await startServer(() => xmlError(503, "SlowDown"));
    const error = await rejection(limitedS3(server.origin, { retry: { maxRetries: 2, baseMs: 0 } }).send(get));
    expect(error).toMatchObject({ name: "SlowDown", $metadata: { httpStatusCode: 503, attempts: 3 } });
    expect(server.received).toHaveLength(3);
  });

  it("waits as long as it is told, beyond the SDK's own cap of five seconds, and no longer than is believed", async () => {
    for (const [headers, waitMs] of [
      [{ "retry-after": "60" }, 60_000],
      [{ "x-amz-retry-after": "61500" }, 62_000],
      [{ "retry-after": "1000000000" }, 600_000],
    ] as const) {
      const clock = createFakeClock();
      const server = await startServer(inOrder(xmlError(503, "SlowDown", headers), good));
      let repeats = 0;
      const retry = { baseMs: 0, onRetry: () => void (repeats += 1) };
      const s3 = limitedS3(server.origin, { clock, timeoutMs: 3_600_000, quota: () => [], retry });
      const sent = s3.send(put);
      await expect.poll(() => repeats, { timeout: 10_000 }).toBe(1);
      await clock.advance(waitMs - 1);
      expect(server.received).toHaveLength(1);
      await clock.advance(1);
      await expect.poll(() => server.received.length, { timeout: 10_000 }).toBe(2);
      await sent;
    }
  });
});

describe("after an unclear outcome", () => {
  const failed = xmlError(500, "InternalError");

  it.each([
    ["a read", get],
    ["a whole object put", put],
    ["a delete", new DeleteObjectCommand({ Bucket: "b", Key: "k" })],
  ])("%s is repeated", async (_name, command) => {
    const server = await startServer(inOrder(failed, good));
    await limitedS3(server.origin).send(command as typeof get);
    expect(server.received).toHaveLength(2);
  });

  it.each([
    [
      "a put that depends on what is there",
      new PutObjectCommand({ Bucket: "b", Key: "k", Body: "w", IfNoneMatch: "*" }),
    ],
    ["an append", new PutObjectCommand({ Bucket: "b", Key: "k", Body: "w", WriteOffsetBytes: 5 })],
    ["the end of an upload", new CompleteMultipartUploadCommand({ Bucket: "b", Key: "k", UploadId: "u" })],
  ])("%s is not", async (_name, command) => {
    const server = await startServer(inOrder(failed, good));
    expect(await rejection(limitedS3(server.origin).send(command as typeof put))).toMatchObject({
      name: "InternalError",
    });
    expect(server.received).toHaveLength(1);
  });

  it("a write without a token is not, one whose token the SDK fills in is, with the same token", async () => {
    const server = await startServer((_request, index) =>
      index % 2 === 0 ? jsonError(500, "InternalServerError") : { body: {} },
    );
    const dynamodb = limitedDynamodb(server.origin);
    expect(await rejection(dynamodb.send(new PutItemCommand(item)))).toMatchObject({ name: "InternalServerError" });
    expect(server.received).toHaveLength(1);
    await dynamodb.send(new GetItemCommand({ TableName: "t", Key: { id: { S: "1" } } }));
    expect(server.received).toHaveLength(2);

    const transactional = await startServer(inOrder(jsonError(500, "InternalServerError"), { body: {} }));
    await limitedDynamodb(transactional.origin).send(new TransactWriteItemsCommand({ TransactItems: [{ Put: item }] }));
    const tokens = transactional.received.map(
      ({ body }) => (JSON.parse(String(body)) as { ClientRequestToken: string }).ClientRequestToken,
    );
    expect(tokens).toHaveLength(2);
    expect(tokens[0]).toMatch(/^[\da-f-]{36}$/);
    expect(tokens[1]).toBe(tokens[0]);
  });

  it("a stream is never sent again, even when it was refused", async () => {
    const server = await startServer(() => xmlError(503, "SlowDown"));
    const body = Readable.from([Buffer.from("words")]);
    const streamed = new PutObjectCommand({ Bucket: "b", Key: "k", Body: body, ContentLength: 5 });
    const s3 = limitedS3(server.origin, { logger: quiet });
    expect(await rejection(s3.send(streamed))).toMatchObject({ name: "SlowDown" });
    expect(server.received).toHaveLength(1);
  });
});

describe("a connection", () => {
  it("that was never made is tried again, for writes too", async () => {
    const origin = `http://127.0.0.1:${await silentPort()}`;
    const seen = recorder();
    const s3 = limitedS3(origin, { hooks: seen.hooks, retry: { maxRetries: 2, baseMs: 0 } });
    const complete = new CompleteMultipartUploadCommand({ Bucket: "b", Key: "k", UploadId: "u" });
    expect(await rejection(s3.send(complete))).toMatchObject({ code: "ECONNREFUSED", $metadata: { attempts: 3 } });
    expect(seen.attempts).toHaveLength(3);
  });

  it("that is cut in flight is tried again for reads alone", async () => {
    const server = await startServer((_request, index) => (index % 2 === 0 ? { action: "drop" } : { body: {} }));
    const dynamodb = limitedDynamodb(server.origin);
    await dynamodb.send(new GetItemCommand({ TableName: "t", Key: { id: { S: "1" } } }));
    expect(server.received).toHaveLength(2);
    await rejection(dynamodb.send(new PutItemCommand(item)));
    expect(server.received).toHaveLength(3);
  });

  it("whose peer speaks no HTTP ends as the SDK's error", async () => {
    const sockets: Socket[] = [];
    const junk = createServer((socket) => (sockets.push(socket), socket.end("junk\r\n\r\n")));
    await new Promise<void>((resolve) => junk.listen(0, "127.0.0.1", resolve));
    const { port } = junk.address() as { port: number };
    const error = await rejection(
      limitedS3(`http://127.0.0.1:${port}`, { retry: { maxRetries: 1, baseMs: 0 } }).send(get),
    );
    expect(error.message).toContain("Parse Error");
    for (const socket of sockets) socket.destroy();
    junk.close();
  });
});

describe("the SDK's own retries", () => {
  it("do not stack on ours", async () => {
    const server = await startServer(() => xmlError(500, "InternalError"));
    await rejection(limitedS3(server.origin, { retry: { maxRetries: 4, baseMs: 0 } }).send(get));
    expect(server.received).toHaveLength(5);
    await rejection(limitedS3(server.origin, { retry: false }).send(get));
    expect(server.received).toHaveLength(6);
  });

  it.each([
    ["a number", 2],
    ["a provider", async () => 2],
  ])("maxAttempts is kept as %s", async (_name, maxAttempts) => {
    const server = await startServer(() => xmlError(500, "InternalError"));
    const error = await rejection(limitedS3(server.origin, { maxAttempts }).send(get));
    expect(server.received).toHaveLength(2);
    expect(error).toMatchObject({ $metadata: { attempts: 2 } });
  });

  it("AWS_MAX_ATTEMPTS is kept too", async () => {
    vi.stubEnv("AWS_MAX_ATTEMPTS", "2");
    onTestFinished(() => void vi.unstubAllEnvs());
    const server = await startServer(() => xmlError(500, "InternalError"));
    await rejection(limitedS3(server.origin, { env: process.env }).send(get));
    const numbers = server.received.map(({ header }) => header("amz-sdk-request"));
    expect(numbers).toEqual(["attempt=1; max=2", "attempt=2; max=2"]);
  });

  it("are numbered in the requests as the SDK numbers them, under one invocation", async () => {
    const requests = [];
    for (const make of [sdkS3, limitedS3] as const) {
      const server = await startServer(inOrder(xmlError(500, "InternalError"), good));
      await make(server.origin).send(get);
      requests.push(server.received.map(({ header }) => header("amz-sdk-request")));
      expect(new Set(server.received.map(({ header }) => header("amz-sdk-invocation-id"))).size).toBe(1);
    }
    expect(requests[0]).toEqual(["attempt=1; max=3", "attempt=2; max=3"]);
    expect(requests[1]).toEqual(requests[0]);
  });

  it("tell in the metadata how often and how long, as ours do", async () => {
    const server = await startServer((_request, index) => (index % 2 === 0 ? xmlError(500, "InternalError") : good));
    for (const s3 of [sdkS3(server.origin), limitedS3(server.origin, { retry: { delay: () => 20 } })]) {
      const { $metadata } = await s3.send(new ListBucketsCommand({}));
      expect($metadata).toMatchObject({ attempts: 2, totalRetryDelay: expect.any(Number) });
      expect($metadata.totalRetryDelay).toBeLessThanOrEqual(100);
    }
  });

  it("stay in a plain client, each of them an attempt that is seen", async () => {
    const server = await startServer(inOrder(xmlError(500, "InternalError"), good));
    const seen = recorder();
    await plainS3(server.origin, { hooks: seen.hooks }).send(get);
    expect(seen.calls).toHaveLength(1);
    expect(seen.attempts.map(({ attempt }) => attempt)).toEqual([1, 2]);
    expect(server.received).toHaveLength(2);
  });
});

it("a clock that is wrong is set by the answer, and the request signed anew", async () => {
  const skewed = new Date(Date.now() + 3_600_000).toUTCString();
  const server = await startServer(inOrder(xmlError(403, "RequestTimeTooSkewed", { date: skewed }), good));
  const complete = new CompleteMultipartUploadCommand({ Bucket: "b", Key: "k", UploadId: "u" });
  await limitedS3(server.origin).send(complete);
  const dates = server.received.map(({ header }) => header("x-amz-date") ?? "");
  expect(dates).toHaveLength(2);
  expect((dates[1] as string) > (dates[0] as string)).toBe(true);
});

it("a hook's veto is not repeated, and comes out as it was thrown", async () => {
  const server = await startServer();
  const veto = Object.assign(new Error("not today"), { code: "ECONNRESET" });
  let asked = 0;
  const hook = {
    name: "veto",
    before: () => {
      asked += 1;
      throw veto;
    },
  };
  expect(await rejection(limitedS3(server.origin, { hooks: [hook] }).send(get))).toBe(veto);
  expect(Object.keys(veto)).toEqual(["code"]);
  expect([asked, server.received.length]).toEqual([1, 0]);
});

const quiet = { trace: () => {}, debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
