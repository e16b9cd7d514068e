import { GetObjectCommand, HeadObjectCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { describe, expect, it } from "vitest";
import { bench, errorOf, failureOf } from "./simulator.test-support.js";

const place = { Bucket: "acme", Key: "k" };
const seeded = { buckets: { acme: { k: "0123456789" } } };

describe("a fault", () => {
  it("answers an error as S3 would, and nothing is done", async () => {
    const { client, simulator } = await bench();
    simulator.failNext({ method: "PutObject" });
    simulator.failNext({ method: "PutObject", status: 503 });
    const put = () => client.send(new PutObjectCommand({ ...place, Body: "x" }));
    expect(await errorOf(put())).toMatchObject({
      name: "InternalError",
      message: "We encountered an internal error. Please try again.",
    });
    expect(await failureOf(put())).toBe("SlowDown 503");
    expect(simulator.state.usedBytes()).toBe(0);
    await put();
    expect(simulator.ledger.entries().map(({ accepted }) => accepted)).toEqual([false, false, true]);
  });

  it("cuts an object short", async () => {
    const { client, simulator } = await bench(seeded);
    simulator.failNext({ method: "GetObject", action: "truncate" });
    const { Body, ContentLength } = await client.send(new GetObjectCommand(place));
    expect(ContentLength).toBe(10);
    await expect(Body?.transformToString()).rejects.toThrow("aborted");
  });

  it("drops the connection, once for a read and once for a write", async () => {
    const { client, simulator } = await bench(seeded);
    simulator.failNext({ action: "drop", times: 2 });
    await expect(client.send(new HeadObjectCommand(place))).rejects.toMatchObject({ code: "ECONNRESET" });
    await expect(client.send(new PutObjectCommand({ ...place, Body: "x" }))).rejects.toMatchObject({
      code: "ECONNRESET",
    });
    expect(simulator.ledger.entries()[0]).not.toHaveProperty("status");
    expect((await client.send(new HeadObjectCommand(place))).ContentLength).toBe(10);
  });

  it("is retried by a client that retries", async () => {
    const { clientFor, simulator } = await bench(seeded);
    simulator.failNext({ status: 503, times: 2 });
    expect((await clientFor({ maxAttempts: 3 }).send(new HeadObjectCommand(place))).ContentLength).toBe(10);
    expect(simulator.ledger.entries().map(({ status }) => status)).toEqual([503, 503, 200]);
  });
});

describe("a client that goes away", () => {
  it("in the middle of what it sends changes nothing", async () => {
    const { simulator } = await bench();
    const controller = new AbortController();
    const body = new ReadableStream({
      start: (stream) => stream.enqueue(new Uint8Array(10)),
      pull: () => controller.abort(),
    });
    const put = fetch(`${simulator.url}/acme/k`, {
      method: "PUT",
      body,
      duplex: "half",
      headers: { authorization: "AWS any:x" },
      signal: controller.signal,
    } as RequestInit);
    await expect(put).rejects.toThrow("aborted");
    await expect(fetch(`${simulator.url}/acme/k`, { headers: { authorization: "AWS any:x" } })).resolves.toMatchObject({
      status: 404,
    });
    expect(simulator.ledger.count({ method: "PutObject" })).toBe(0);
  });
});
