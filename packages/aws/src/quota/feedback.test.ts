import { ListTablesCommand } from "@aws-sdk/client-dynamodb";
import { GetObjectCommand, ListBucketsCommand } from "@aws-sdk/client-s3";
import { createCall } from "@sluice/core";
import { createLimiter, memoryStore, tokenBucket } from "@sluice/limiter";
import { createFakeClock } from "@sluice/core/testing";
import { describe, expect, it } from "vitest";
import { limitedDynamodb, limitedS3, rejection } from "../test-support/clients.test-support.js";
import { inOrder, jsonError, startServer, xmlError } from "../test-support/server.test-support.js";
import { createFeedback } from "./feedback.js";
import { retryAfterOf } from "./retry-after.js";

const charge = { bucket: "own", limit: tokenBucket({ refillRate: 1, burst: 1 }) };
const feedback = createFeedback({ own: () => [charge], pauseMs: () => 0 }, () => Date.parse("2026-11-01T00:00:00Z"));
const call = createCall({ provider: "aws", account: "a", operation: "S3.PutObject" });

const refusal = (headers: Readonly<Record<string, string>>, name = "SlowDown"): Error =>
  Object.assign(new Error("no"), { name, $metadata: { httpStatusCode: 503 }, $response: { statusCode: 503, headers } });

describe("what a refusal says", () => {
  it.each([
    [{}, undefined],
    [{ "retry-after": "2" }, 2000],
    [{ "retry-after": "Sun, 01 Nov 2026 00:00:05 GMT" }, 5000],
    [{ "x-amz-retry-after": "1500" }, 1500],
    [{ "x-amz-retry-after": "250", "retry-after": "9" }, 250],
    [{ "x-amz-retry-after": "soon", "retry-after": "9" }, 9000],
    [{ "retry-after": "1000000000" }, 600_000],
    [{ "x-amz-retry-after": "9".repeat(400) }, 600_000],
    [{ "retry-after": "0" }, undefined],
    [{ "retry-after": "-5" }, undefined],
    [{ "retry-after": "1.5" }, undefined],
  ])("%j", (headers, retryAfterMs) => {
    const said = feedback(call, { error: refusal(headers as Record<string, string>) });
    expect(said).toEqual({ charges: [charge], refused: true, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) });
  });

  it("to the retry is in whole seconds, never less than was asked", () => {
    const told = [{ "x-amz-retry-after": "1001" }, { "x-amz-retry-after": "900" }, { "retry-after": "7" }, {}];
    expect(told.map((headers) => retryAfterOf(refusal(headers as Record<string, string>), 0))).toEqual([
      "2",
      null,
      "7",
      null,
    ]);
  });

  it("is about the rate, unless something else is going on", () => {
    for (const name of ["PriorRequestNotComplete", "TransactionInProgressException"])
      expect(feedback(call, { error: refusal({}, name) })).toMatchObject({ refused: false });
  });

  it("is nothing where nothing was refused", () => {
    const failed = Object.assign(new Error("no"), { name: "InternalError", $metadata: { httpStatusCode: 500 } });
    expect(feedback(call, { error: failed })).toBe(undefined);
    expect(feedback(call, { result: { response: { statusCode: 200 } } })).toBe(undefined);
    for (const error of [undefined, null, "text", 5]) expect(feedback(call, { error })).toBe(undefined);
  });
});

describe("a refusal", () => {
  it("pauses the prefix it was about, and no other", async () => {
    const server = await startServer((_request, index) =>
      index === 0 ? xmlError(503, "SlowDown", { "retry-after": "60" }) : { body: "x" },
    );
    const s3 = limitedS3(server.origin, { retry: false, timeoutMs: 10_000 });
    const get = (Key: string): Promise<unknown> => s3.send(new GetObjectCommand({ Bucket: "b", Key }));
    await rejection(get("logs/1"));
    const { host } = new URL(server.origin);
    // Another server than AWS has buckets of its own.
    const bucket = expect.stringMatching(new RegExp(`^S3\\.read:b#\\d+@${host}$`)) as string;
    expect(await rejection(get("logs/2"))).toMatchObject({ code: "LIMIT_EXCEEDED", bucket });
    await get("images/1");
    expect(server.received).toHaveLength(2);
  });

  it("in a 400 pauses the action", async () => {
    const server = await startServer(
      inOrder(jsonError(400, "ThrottlingException", { "x-amz-retry-after": "60000" }), { body: {} }),
    );
    const dynamodb = limitedDynamodb(server.origin, { retry: false, timeoutMs: 10_000 });
    await rejection(dynamodb.send(new ListTablesCommand({})));
    expect(await rejection(dynamodb.send(new ListTablesCommand({})))).toMatchObject({ code: "LIMIT_EXCEEDED" });
  });

  it("that does not say how long pauses an action without a published limit for a second, and no other", async () => {
    const clock = createFakeClock();
    const server = await startServer((_request, index) =>
      index < 2 ? xmlError(400, "Throttling") : { body: "<Result/>" },
    );
    const s3 = limitedS3(server.origin, { clock, retry: false });
    const unpublished = (): Promise<unknown> => s3.send(new ListBucketsCommand({}));
    const published = (): Promise<unknown> => s3.send(new GetObjectCommand({ Bucket: "b", Key: "k" }));
    await rejection(unpublished());
    await rejection(published());
    await published();
    const paused = unpublished();
    await clock.advance(999);
    expect(server.received).toHaveLength(3);
    await clock.advance(1);
    await paused;
    expect(server.received).toHaveLength(4);
  });
});

describe("an adaptive limit", () => {
  it("comes down to what the provider grants, and back to the whole within a minute", async () => {
    const PROVIDER_PER_SECOND = 30;
    const clock = createFakeClock();
    const limiter = createLimiter({ store: memoryStore({ clock }), clock });
    const limit = tokenBucket({ refillRate: 300, burst: 300 });
    const charges = [{ bucket: "IAM.ListRoles", limit }];
    const own = createFeedback({ own: () => charges, pauseMs: () => 1000 }, clock.wallNow);
    let [second, inSecond, granted, refused] = [0, 0, 0, 0];
    const run = async (seconds: number, providerPerSecond: number): Promise<void> => {
      [granted, refused] = [0, 0];
      for (let ms = 0; ms < seconds * 1000; ms += 5) {
        if ((await limiter.tryAcquire(charges)).kind === "allowed") {
          const now = Math.floor(clock.now() / 1000);
          inSecond = now === second ? inSecond + 1 : 1;
          second = now;
          if (inSecond <= providerPerSecond) granted += 1;
          else {
            refused += 1;
            const word = own(call, { error: refusal({}) });
            await limiter.observe(charges, word as Exclude<typeof word, readonly unknown[]> & object);
          }
        }
        await clock.advance(5);
      }
    };
    await run(30, PROVIDER_PER_SECOND);
    expect(granted / 30).toBeGreaterThan(PROVIDER_PER_SECOND / 3);
    // Without it, most of 200 a second would be refused.
    expect(refused / 30).toBeLessThan(2);
    await clock.advance(60_000);
    await run(3, Number.POSITIVE_INFINITY);
    expect(granted / 3).toBeGreaterThan(190);
    await limiter.close();
  });
});
