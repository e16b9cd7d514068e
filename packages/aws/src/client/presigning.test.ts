import { GetObjectCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import { describe, expect, it } from "vitest";
import { limitedS3, plainS3, recorder, sdkS3 } from "../test-support/clients.test-support.js";
import { startServer } from "../test-support/server.test-support.js";

const commands = [new GetObjectCommand({ Bucket: "b", Key: "a/k" }), new PutObjectCommand({ Bucket: "b", Key: "k" })];
const broken = {
  quota: () => {
    throw new Error("presigning asked for the quota");
  },
};

describe("presigning", () => {
  it("costs nothing, passes no hook and sends nothing", async () => {
    const server = await startServer();
    const seen = recorder();
    for (const s3 of [
      limitedS3(server.origin, { ...broken, hooks: seen.hooks }),
      plainS3(server.origin, { hooks: seen.hooks }),
    ])
      for (const command of commands) await getSignedUrl(s3, command);
    expect([seen.calls, seen.attempts, server.received]).toEqual([[], [], []]);
  });

  it("gives the URL that the SDK's own client gives", async () => {
    const server = await startServer();
    const signingDate = new Date("2026-11-01T00:00:00Z");
    for (const command of commands) {
      const urls = await Promise.all(
        [sdkS3(server.origin), limitedS3(server.origin, broken), plainS3(server.origin)].map((s3) =>
          getSignedUrl(s3, command, { expiresIn: 60, signingDate }),
        ),
      );
      expect(urls[0]).toContain("X-Amz-Signature=");
      expect(new Set(urls).size).toBe(1);
    }
  });

  it("by a hook, in the middle of a call, costs nothing either", async () => {
    const server = await startServer(() => ({ body: "<Result/>" }));
    const seen = recorder();
    const urls: string[] = [];
    const s3 = limitedS3(server.origin, {
      hooks: [
        ...seen.hooks,
        {
          name: "presign",
          before: async () => void urls.push(await getSignedUrl(s3, commands[0] as GetObjectCommand)),
        },
      ],
    });
    await s3.send(new PutObjectCommand({ Bucket: "b", Key: "k", Body: "w" }));
    expect(urls).toHaveLength(1);
    expect([seen.calls.length, seen.attempts.length, server.received.length]).toEqual([1, 1, 1]);
  });
});
