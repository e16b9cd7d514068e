import { Readable } from "node:stream";
import { GetObjectCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { withCallOptions } from "@sluice/core";
import { createFakeClock } from "@sluice/core/testing";
import { describe, expect, it } from "vitest";
import { limitedS3, rejection } from "../test-support/clients.test-support.js";
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
