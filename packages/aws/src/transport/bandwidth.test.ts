import { Readable } from "node:stream";
import { GetObjectCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { withCallOptions } from "@sluice/core";
import { createFakeClock } from "@sluice/core/testing";
import { describe, expect, it } from "vitest";
import { limitedS3, newAccount, rejection } from "../test-support/clients.test-support.js";
import { startServer } from "../test-support/server.test-support.js";

const PER_SECOND = 100_000;
/** A burst, and then as much as flows in a tenth of a second. */
const body = Buffer.alloc(PER_SECOND * 1.1, "x");
const LEAST_MS = 90;
const key = { Bucket: "b", Key: "k" };
const up = { quota: { bytesPerSecond: { up: PER_SECOND } }, requestChecksumCalculation: "WHEN_REQUIRED" } as const;
const down = { quota: { bytesPerSecond: { down: PER_SECOND } } } as const;

const timed = async (run: () => Promise<unknown>): Promise<number> => {
  const startedMs = performance.now();
  await run();
  return performance.now() - startedMs;
};

describe("bytes sent", () => {
  it.each([
    ["one body larger than the burst", [body]],
    ["two bodies that are not", [body.subarray(0, PER_SECOND), body.subarray(PER_SECOND)]],
  ])("%s: no faster than allowed, and unchanged", async (_name, bodies) => {
    const server = await startServer();
    const s3 = limitedS3(server.origin, up);
    const tookMs = await timed(async () => {
      for (const Body of bodies) await s3.send(new PutObjectCommand({ ...key, Body }));
    });
    expect(tookMs).toBeGreaterThan(LEAST_MS);
    expect(Buffer.concat(server.received.map((request) => request.body))).toEqual(body);
    expect(server.received[0]?.header("content-length")).toBe(String(bodies[0]?.byteLength));
  });

  it("a stream of unknown length is slowed on its way", async () => {
    const server = await startServer();
    const s3 = limitedS3(server.origin, { quota: up.quota });
    const stream = Readable.from([body]);
    const tookMs = await timed(() =>
      s3.send(new PutObjectCommand({ ...key, Body: stream, ContentLength: body.byteLength })),
    );
    expect(tookMs).toBeGreaterThan(LEAST_MS);
    expect(server.received[0]?.body.includes(body.subarray(0, 1000))).toBe(true);
  });

  it("a stream whose length fits is charged once, as a whole", async () => {
    const server = await startServer();
    // Charged twice, the second would wait for a clock that stands still.
    const s3 = limitedS3(server.origin, { ...up, clock: createFakeClock() });
    const half = PER_SECOND / 2;
    for (let n = 0; n < 2; n += 1)
      await s3.send(
        new PutObjectCommand({ ...key, Body: Readable.from([body.subarray(0, half)]), ContentLength: half }),
      );
    expect(server.received.map((request) => request.body.byteLength)).toEqual([half, half]);
  });

  it("a body that cannot be sent in time is refused before anything is taken or sent, and says how long it takes", async () => {
    const server = await startServer();
    const clock = createFakeClock();
    const s3 = limitedS3(server.origin, { ...up, clock, timeoutMs: 3000 });
    const inspect = async () => (await s3.limits().inspect()).buckets.map(({ bucket, fill }) => [bucket, fill]);
    await s3.send(new PutObjectCommand({ ...key, Body: "x" }));
    await clock.advance(10);
    const before = await inspect();
    const refused = {
      code: "LIMIT_EXCEEDED",
      bucket: "bytes:up",
      provider: "aws",
      retryAfterMs: 4000,
      message: expect.stringContaining("500000 bytes take 4000 ms, and 3000 ms are left") as string,
    };
    for (const Body of [Buffer.alloc(PER_SECOND * 5), Readable.from([Buffer.alloc(PER_SECOND * 5)])])
      expect(
        await rejection(s3.send(new PutObjectCommand({ ...key, Body, ContentLength: PER_SECOND * 5 }))),
      ).toMatchObject(refused);
    const checked = limitedS3(server.origin, { quota: up.quota, clock, timeoutMs: 3000 });
    const Body = Readable.from([Buffer.alloc(PER_SECOND * 5)]);
    expect(
      await rejection(checked.send(new PutObjectCommand({ ...key, Body, ContentLength: PER_SECOND * 5 }))),
    ).toMatchObject(refused);
    expect(server.received).toHaveLength(1);
    expect(await inspect()).toEqual(before);
  });

  it("what others have taken counts, and what is there again does too", async () => {
    const server = await startServer();
    const clock = createFakeClock();
    const s3 = limitedS3(server.origin, { ...up, clock, timeoutMs: 1000 });
    await s3.send(new PutObjectCommand({ ...key, Body: body.subarray(0, PER_SECOND) }));
    const large = (): Promise<unknown> => s3.send(new PutObjectCommand({ ...key, Body: body }));
    const refused = await rejection(large());
    expect(refused).toMatchObject({ code: "LIMIT_EXCEEDED" });
    expect(refused["retryAfterMs"]).toBeCloseTo(1100, 0);
    await clock.advance(500);
    const sent = large();
    while (server.received.length < 2) {
      await clock.advance(10);
      await new Promise((resolve) => setImmediate(resolve));
    }
    await sent;
    expect(clock.now()).toBeLessThan(1500);
  });

  it("a stream in chunks that would fit into a full bucket is refused where others have emptied it", async () => {
    const server = await startServer();
    const clock = createFakeClock();
    const account = newAccount();
    const quick = { clock, timeoutMs: 500 };
    const send = (s3: ReturnType<typeof limitedS3>, Body: Buffer | Readable): Promise<unknown> =>
      s3.send(new PutObjectCommand({ ...key, Body, ContentLength: PER_SECOND }));
    await send(limitedS3(server.origin, { ...up, ...quick }, account), Buffer.alloc(PER_SECOND));
    const s3 = limitedS3(server.origin, { quota: up.quota, ...quick }, account);
    expect(await rejection(send(s3, Readable.from([Buffer.alloc(PER_SECOND)])))).toMatchObject({
      code: "LIMIT_EXCEEDED",
      retryAfterMs: 1000,
    });
    expect(server.received).toHaveLength(1);
  });

  it("a call with all the time it wants is not asked how long it takes", async () => {
    const server = await startServer();
    const s3 = limitedS3(server.origin, { ...up, timeoutMs: 3000 });
    await withCallOptions({ timeoutMs: Number.POSITIVE_INFINITY }, () =>
      s3.send(new PutObjectCommand({ ...key, Body: body })),
    );
    expect(server.received).toHaveLength(1);
  });

  it("a stream of unknown length that is too long is begun, and cut at the deadline", async () => {
    const server = await startServer();
    const s3 = limitedS3(server.origin, { ...up, timeoutMs: 300 });
    const Body = Readable.from(Array.from({ length: 50 }, () => Buffer.alloc(PER_SECOND / 10)));
    expect(await rejection(s3.send(new PutObjectCommand({ ...key, Body })))).toMatchObject({
      code: "DEADLINE_EXCEEDED",
    });
    expect((await s3.limits().inspect()).buckets.find(({ bucket }) => bucket === "bytes:up")?.fill).toBeLessThan(0.5);
  });

  it("an abort ends the sending with the caller's own reason", async () => {
    const server = await startServer();
    const s3 = limitedS3(server.origin, { ...up, retry: false });
    const abort = new AbortController();
    const reason = new Error("changed my mind");
    const Body = Buffer.alloc(PER_SECOND * 3);
    const sending = withCallOptions({ signal: abort.signal }, () =>
      rejection(s3.send(new PutObjectCommand({ ...key, Body }))),
    );
    setTimeout(() => abort.abort(reason), 30);
    expect(await sending).toBe(reason);
    expect(server.received).toHaveLength(0);
  });

  it("limits that end mid-way fail the call with the limiter's own error", async () => {
    const server = await startServer();
    const s3 = limitedS3(server.origin, { ...up, retry: false });
    const sending = rejection(s3.send(new PutObjectCommand({ ...key, Body: Buffer.alloc(PER_SECOND * 3) })));
    setTimeout(() => void s3.close(), 30);
    expect(await sending).toMatchObject({ code: "LIMITER_CLOSED" });
  });
});

describe("bytes received", () => {
  it("come no faster than allowed, and unchanged", async () => {
    const server = await startServer(() => ({ body }));
    const s3 = limitedS3(server.origin, down);
    let got: Uint8Array | undefined;
    const tookMs = await timed(async () => {
      const { Body } = await s3.send(new GetObjectCommand(key));
      got = await Body?.transformToByteArray();
    });
    expect(tookMs).toBeGreaterThan(LEAST_MS);
    expect(Buffer.compare(got ?? Buffer.alloc(0), body)).toBe(0);
  });

  it("are cut at the deadline", async () => {
    const clock = createFakeClock();
    const server = await startServer(() => ({ body: Buffer.alloc(PER_SECOND * 3) }));
    const { Body } = await limitedS3(server.origin, { ...down, clock, timeoutMs: 100 }).send(new GetObjectCommand(key));
    const reading = rejection(Body!.transformToByteArray());
    await clock.advance(100);
    expect(await reading).toMatchObject({ code: "DEADLINE_EXCEEDED" });
  });
});

it.each(["shadow", "disabled"] as const)("%s slows nothing", async (mode) => {
  // Slowed, each way would take nine seconds.
  const server = await startServer(() => ({ body: Buffer.alloc(PER_SECOND * 10) }));
  const s3 = limitedS3(server.origin, { quota: { bytesPerSecond: { up: PER_SECOND, down: PER_SECOND } }, mode });
  const tookMs = await timed(async () => {
    await s3.send(new PutObjectCommand({ ...key, Body: Buffer.alloc(PER_SECOND * 10) }));
    await (await s3.send(new GetObjectCommand(key))).Body?.transformToByteArray();
  });
  expect(tookMs).toBeLessThan(8000);
});
