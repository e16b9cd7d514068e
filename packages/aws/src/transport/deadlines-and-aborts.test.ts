import { GetObjectCommand, ListBucketsCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { withCallOptions } from "@sluice/core";
import { createFakeClock } from "@sluice/core/testing";
import { createLimiter, memoryStore, tokenBucket } from "@sluice/limiter";
import { describe, expect, it } from "vitest";
import { limitedS3, plainS3, rejection, sdkS3 } from "../test-support/clients.test-support.js";
import { startServer } from "../test-support/server.test-support.js";

const list = new ListBucketsCommand({});
const get = new GetObjectCommand({ Bucket: "b", Key: "k" });

/** One token, and then none for hours. */
const narrow = { quota: () => [{ bucket: "all", limit: tokenBucket({ refillRate: 1e-4, burst: 1 }) }] };
const reasons = [
  ["an error", new Error("changed my mind")],
  ["a text", "changed my mind"],
  ["the platform's own", undefined],
] as const;

describe("an abort by the SDK's own abortSignal", () => {
  it.each(reasons)("while waiting rejects with %s, and nothing is sent", async (_name, reason) => {
    const server = await startServer(() => ({ body: "<Result/>" }));
    const s3 = limitedS3(server.origin, { ...narrow, timeoutMs: Number.POSITIVE_INFINITY });
    await s3.send(list);
    const abort = new AbortController();
    const waiting = rejection(s3.send(list, { abortSignal: abort.signal }));
    setTimeout(() => abort.abort(reason), 20);
    expect(await waiting).toBe(abort.signal.reason);
    expect(server.received).toHaveLength(1);
  });

  it.each(reasons)("in flight rejects with %s, and the connection is cut", async (_name, reason) => {
    const server = await startServer(() => ({ action: "hang" }));
    const abort = new AbortController();
    const flying = rejection(limitedS3(server.origin).send(list, { abortSignal: abort.signal }));
    await expect.poll(() => server.received.length, { timeout: 10_000 }).toBe(1);
    abort.abort(reason);
    expect(await flying).toBe(abort.signal.reason);
  });

  it("before the call sends nothing", async () => {
    const server = await startServer();
    const reason = new Error("never mind");
    expect(await rejection(limitedS3(server.origin).send(list, { abortSignal: AbortSignal.abort(reason) }))).toBe(
      reason,
    );
    expect(server.received).toHaveLength(0);
  });

  it("gives back what was taken for a request that was not sent", async () => {
    const server = await startServer(() => ({ body: "<Result/>" }));
    const limiter = createLimiter({ store: memoryStore() });
    const abort = new AbortController();
    const stop = { name: "stop", before: () => abort.abort(new Error("stopped")) };
    const s3 = limitedS3(server.origin, { ...narrow, limiter, hooks: [stop] });
    await rejection(s3.send(list, { abortSignal: abort.signal }));
    await expect.poll(async () => (await limiter.peek(narrow.quota())).kind, { timeout: 10_000 }).toBe("allowed");
    expect(server.received).toHaveLength(0);
    await limiter.close();
  });

  it("in a plain client ends as the SDK's own error does", async () => {
    const server = await startServer(() => ({ action: "hang" }));
    const errors = [];
    for (const s3 of [sdkS3(server.origin), plainS3(server.origin)]) {
      const abort = new AbortController();
      const before = server.received.length;
      const flying = rejection(s3.send(list, { abortSignal: abort.signal }));
      await expect.poll(() => server.received.length, { timeout: 10_000 }).toBe(before + 1);
      abort.abort(new Error("changed my mind"));
      const { name, message } = await flying;
      errors.push({ name, message });
    }
    expect(errors[1]).toEqual(errors[0]);
    expect(errors[0]?.name).toBe("AbortError");
  });
});

describe("an error of ours", () => {
  it("comes out bare: a limit without the SDK's metadata", async () => {
    const server = await startServer(() => ({ body: "<Result/>" }));
    const s3 = limitedS3(server.origin, { ...narrow, timeoutMs: 10_000 });
    await s3.send(list);
    const error = await rejection(s3.send(list));
    expect(error).toMatchObject({ code: "LIMIT_EXCEEDED", provider: "aws", bucket: "all" });
    expect(error).not.toHaveProperty("$metadata");
  });

  it("comes out bare: the deadline in flight", async () => {
    const server = await startServer(() => ({ action: "hang" }));
    const error = await rejection(limitedS3(server.origin, { timeoutMs: 100 }).send(list));
    expect(error).toMatchObject({ code: "DEADLINE_EXCEEDED", timeoutMs: 100 });
  });
});

describe("a body that streams", () => {
  const large = Buffer.alloc(200_000, "x");

  it("is handed on when its headers are here, and read after the call", async () => {
    const server = await startServer(() => ({ body: large }));
    const { Body } = await limitedS3(server.origin).send(get);
    expect((await Body?.transformToByteArray())?.byteLength).toBe(large.byteLength);
  });

  it("is cut at the call's deadline", async () => {
    const clock = createFakeClock();
    const server = await startServer(() => ({ body: large, action: "stall" }));
    const { Body } = await limitedS3(server.origin, { clock, timeoutMs: 150 }).send(get);
    const reading = rejection(Body!.transformToByteArray());
    await clock.advance(150);
    expect(await reading).toMatchObject({ code: "DEADLINE_EXCEEDED", timeoutMs: 150 });
  });

  it("is cut when the caller aborts, by either way of passing a signal", async () => {
    const server = await startServer(() => ({ body: large, action: "stall" }));
    const s3 = limitedS3(server.origin);
    const reason = new Error("changed my mind");
    for (const send of [
      (signal: AbortSignal) => s3.send(get, { abortSignal: signal }),
      (signal: AbortSignal) => withCallOptions({ signal }, () => s3.send(get)),
    ]) {
      const abort = new AbortController();
      const { Body } = await send(abort.signal);
      const reading = rejection(Body!.transformToByteArray());
      setTimeout(() => abort.abort(reason), 20);
      expect(await reading).toBe(reason);
    }
  });

  it("that nobody reads ends quietly at the deadline", async () => {
    const clock = createFakeClock();
    const server = await startServer(() => ({ body: large, action: "stall" }));
    const { Body } = await limitedS3(server.origin, { clock, timeoutMs: 500 }).send(get);
    const isDestroyed = (): boolean => (Body as unknown as { destroyed: boolean }).destroyed;
    await clock.advance(499);
    expect(isDestroyed()).toBe(false);
    await clock.advance(1);
    await expect.poll(isDestroyed, { timeout: 10_000 }).toBe(true);
  });

  it("that was read has no deadline left", async () => {
    const clock = createFakeClock();
    const server = await startServer(() => ({ body: "short" }));
    const { Body } = await limitedS3(server.origin, { clock, timeoutMs: 500 }).send(get);
    const body = Body as unknown as { readonly closed: boolean; readonly errored: unknown };
    expect(await Body?.transformToString()).toBe("short");
    await expect.poll(() => body.closed, { timeout: 10_000 }).toBe(true);
    await clock.advance(520);
    expect(body.errored).toBe(null);
  });

  it("is cut while it is read as part of the call, where the output is no stream", async () => {
    const server = await startServer(() => ({
      body: "<ListAllMyBucketsResult></ListAllMyBucketsResult>",
      action: "stall",
    }));
    expect(await rejection(limitedS3(server.origin, { timeoutMs: 100, retry: false }).send(list))).toMatchObject({
      code: "DEADLINE_EXCEEDED",
    });
  });

  it("with withCallOptions a single call has a budget of its own", async () => {
    const clock = createFakeClock();
    const server = await startServer(() => ({ body: large, action: "stall" }));
    const { Body } = await withCallOptions({ timeoutMs: 100 }, () => limitedS3(server.origin, { clock }).send(get));
    const reading = rejection(Body!.transformToByteArray());
    await clock.advance(100);
    expect(await reading).toMatchObject({ timeoutMs: 100 });
  });
});

it("the request handler stays the user's own in everything but the signal", async () => {
  const server = await startServer(() => ({ body: "<Result/>" }));
  const s3 = limitedS3(server.origin, { requestHandler: { requestTimeout: 1234 } });
  await s3.send(new PutObjectCommand({ Bucket: "b", Key: "k", Body: "w" }));
  const handler = s3.config.requestHandler as unknown as {
    httpHandlerConfigs(): object;
    updateHttpClientConfig(key: string, value: unknown): void;
  };
  expect(handler.httpHandlerConfigs()).toMatchObject({ requestTimeout: 1234 });
  expect(handler.constructor.name).toBe("NodeHttpHandler");
  handler.updateHttpClientConfig("requestTimeout", 99);
  await s3.send(list);
  expect(handler.httpHandlerConfigs()).toMatchObject({ requestTimeout: 99 });
});
