import { PutObjectCommand } from "@aws-sdk/client-s3";
import { describe, expect, it } from "vitest";
import { manualClock } from "../clock.js";
import { bench } from "./simulator.test-support.js";
import { startS3Simulator } from "./start-s3-simulator.js";

const headers = { authorization: "AWS any:x" };

describe("an S3 simulator", () => {
  it("listens on the port that it is given", async () => {
    const first = await startS3Simulator();
    await first.close();
    const port = Number(new URL(first.url).port);
    await using second = await startS3Simulator({ port });
    expect(second.url).toBe(`http://127.0.0.1:${port}`);
    await expect(startS3Simulator({ port })).rejects.toThrow("EADDRINUSE");
  });

  it("holds what it was started with", async () => {
    await using simulator = await startS3Simulator({ buckets: { logs: { "a/1": "one", b: new Uint8Array([1, 2]) } } });
    expect(await (await fetch(`${simulator.url}/logs/a/1`, { headers })).text()).toBe("one");
    expect(new Uint8Array(await (await fetch(`${simulator.url}/logs/b`, { headers })).arrayBuffer())).toEqual(
      new Uint8Array([1, 2]),
    );
    expect(simulator.state.usedBytes()).toBe(5);
  });

  it("keeps a ledger of what was asked and how it ended", async () => {
    const clock = manualClock(1_000);
    const { client, simulator } = await bench({ clock, wallClock: manualClock(5), speed: 2 });
    clock.advance(10);
    await client.send(new PutObjectCommand({ Bucket: "acme", Key: "a/b/c", Body: "hello" }));
    expect(simulator.nowMs()).toBe(20);
    expect(simulator.ledger.entries()).toEqual([
      {
        atMs: 20,
        wallMs: 5,
        method: "PutObject",
        path: "/acme/a/b/c",
        account: "acme/a",
        limit: "writes",
        cost: 1,
        accepted: true,
        status: 200,
        bytes: 5,
      },
    ]);
  });

  it("answers what it cannot understand, and goes on", async () => {
    await using simulator = await startS3Simulator();
    const odd = await fetch(`${simulator.url}/acme/%E0%A4%A`, { headers });
    expect([odd.status, await odd.text()]).toEqual([400, expect.stringContaining("<Code>InvalidURI</Code>")]);
    const cut = await fetch(`${simulator.url}/acme/k`, {
      method: "PUT",
      body: "5\r\nhel",
      headers: { ...headers, "x-amz-content-sha256": "STREAMING-UNSIGNED-PAYLOAD-TRAILER" },
    });
    expect(await cut.text()).toContain("<Code>IncompleteBody</Code>");
    const short = await fetch(`${simulator.url}/acme/k`, {
      method: "PUT",
      body: "3\r\nhel\r\n0\r\n\r\n",
      headers: { ...headers, "content-encoding": "gzip,aws-chunked", "x-amz-decoded-content-length": "4" },
    });
    expect(await short.text()).toContain("<Code>IncompleteBody</Code>");
    expect(simulator.ledger.entries().map(({ method }) => method)).toEqual(["other", "PutObject", "PutObject"]);
  });

  it("lets go of waiting answers when it is closed", async () => {
    const simulator = await startS3Simulator({ latencyMs: 60_000 });
    const call = fetch(simulator.url, { headers }).then(
      () => "answered",
      () => "cut",
    );
    await expect.poll(() => simulator.ledger.count(), { timeout: 10_000 }).toBe(1);
    await simulator.close();
    await simulator.close();
    expect(await call).toBe("cut");
  });
});
