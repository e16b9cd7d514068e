import {
  DeleteObjectCommand,
  GetObjectCommand,
  ListBucketsCommand,
  ListObjectsV2Command,
  PutObjectCommand,
} from "@aws-sdk/client-s3";
import { describe, expect, it } from "vitest";
import { manualClock } from "../clock.js";
import { s3Limiter } from "./limits/s3-limiter.js";
import { resolveS3Simulator, type S3SimulatorOptions } from "./options.js";
import { bench, errorOf, failureOf } from "./simulator.test-support.js";
import { startS3Simulator } from "./start-s3-simulator.js";

const Bucket = "acme";

async function limited(options: S3SimulatorOptions = {}) {
  const clock = manualClock(0);
  const { client, simulator } = await bench({ clock, limits: { readsPerSecond: 3, writesPerSecond: 2 }, ...options });
  const put = (Key: string) => client.send(new PutObjectCommand({ Bucket, Key, Body: "x" }));
  const get = (Key: string) => client.send(new GetObjectCommand({ Bucket, Key }));
  return { clock, client, simulator, put, get };
}

describe("the request rates", () => {
  it("refuse what is too much in a second with SlowDown, and let it in when the second is over", async () => {
    const { clock, put, simulator } = await limited();
    await put("a/1");
    clock.advance(400);
    await put("a/2");
    const error = await errorOf(put("a/3"));
    expect(error).toMatchObject({ name: "SlowDown", message: "Please reduce your request rate." });
    expect(error.$metadata.httpStatusCode).toBe(503);
    clock.advance(599);
    expect(await failureOf(put("a/3"))).toBe("SlowDown 503");
    clock.advance(1);
    await put("a/3");
    expect(await failureOf(put("a/4"))).toBe("SlowDown 503");
    expect(simulator.ledger.throttled()).toHaveLength(3);
    expect(simulator.ledger.maxInWindow("PutObject", 1_000, { account: "acme/a" })).toBe(2);
    expect(simulator.ledger.entries().slice(0, 3)).toMatchObject([
      { method: "PutObject", account: "acme/a", limit: "writes", cost: 1, accepted: true, status: 200 },
      { accepted: true },
      { account: "acme/a", limit: "writes", cost: 0, accepted: false, throttled: true, status: 503 },
    ]);
  });

  it("count reads and writes apart, and each prefix on its own", async () => {
    const { put, get, client } = await limited();
    await put("a/1");
    await client.send(new DeleteObjectCommand({ Bucket, Key: "a/none" }));
    expect(await failureOf(put("a/x/2"))).toBe("SlowDown 503");
    await put("b/1");
    await put("1");
    for (let turn = 0; turn < 2; turn += 1) await get("a/1");
    await client.send(new ListObjectsV2Command({ Bucket, Prefix: "a/" }));
    expect(await failureOf(get("a/1"))).toBe("SlowDown 503");
    await get("b/1");
    await client.send(new ListObjectsV2Command({ Bucket }));
  });

  it("count prefixes as deep as told", async () => {
    const deep = await limited({ prefixDepth: 2 });
    for (const key of ["a/x/1", "a/x/2", "a/y/1", "a/y/2"]) await deep.put(key);
    expect(await failureOf(deep.put("a/x/z/3"))).toBe("SlowDown 503");
    const flat = await limited({ prefixDepth: 0 });
    for (const key of ["a/1", "b/1"]) await flat.put(key);
    expect(await failureOf(flat.put("c/1"))).toBe("SlowDown 503");
  });

  it("are counted faster at a higher speed, not at all for buckets, and never refuse when they are not enforced", async () => {
    const fast = await limited({ speed: 10 });
    for (const key of ["1", "2"]) await fast.put(key);
    fast.clock.advance(100);
    await fast.put("3");
    for (let turn = 0; turn < 10; turn += 1) await fast.client.send(new ListBucketsCommand({}));
    const free = await limited({ enforce: false });
    for (const key of ["1", "2", "3"]) await free.put(key);
    expect(free.simulator.ledger.maxInWindow("PutObject", 1_000)).toBe(3);
  });

  it("are shared with a stranger", async () => {
    const { clock, put, simulator } = await limited({
      limits: { writesPerSecond: 4 },
      stranger: { share: 0.5, methods: ["writes"] },
    });
    await put("1");
    await put("2");
    expect(await failureOf(put("3"))).toBe("SlowDown 503");
    simulator.stranger.leave();
    clock.advance(1_000);
    for (const key of ["3", "4", "5", "6"]) await put(key);
  });

  it("are the published ones unless others are given, and must be whole numbers", async () => {
    const config = resolveS3Simulator({ clock: manualClock(0) });
    const limiter = s3Limiter(config.rates, config.stranger);
    const admitted = (limit: "reads" | "writes") =>
      Array.from({ length: 6_000 }, () => limiter.admits({ limit, prefix: "acme" }, 0)).filter(Boolean).length;
    expect([admitted("reads"), admitted("writes")]).toEqual([5_500, 3_500]);
    const bad = startS3Simulator({ limits: { readsPerSecond: 0.5 } });
    await expect(bad).rejects.toThrow("limits.readsPerSecond must be a whole number >= 1, got 0.5");
    await expect(startS3Simulator({ prefixDepth: -1 })).rejects.toThrow(
      "prefixDepth must be a whole number >= 0, got -1",
    );
    await expect(startS3Simulator({ buckets: ["NO"] })).rejects.toThrow("buckets must have names of 3 to 63");
  });
});
