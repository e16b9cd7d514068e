import { GetObjectCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { createS3Api, S3Api } from "@sluice/aws";
import { startS3Simulator } from "@sluice/simulators";
import { Registry } from "prom-client";
import type { Scenario } from "./scenario.js";

// A thirtieth of what S3 publishes for a prefix: one machine that is both sides does not make 9000 requests a second.
const rates = { readsPerSecond: 180, writesPerSecond: 115 };
const Bucket = "demo";

/** A copy job: objects written and read below one prefix. */
export const s3: Scenario = {
  provider: "s3",
  factory: "createS3Api",
  windowMs: 1000,
  kinds: [
    { name: "GetObject", perWindow: rates.readsPerSecond },
    { name: "PutObject", perWindow: rates.writesPerSecond },
  ],
  start: ({ enforce }) =>
    startS3Simulator({ enforce, limits: rates, buckets: { [Bucket]: { "data/first": "first" } } }),
  connect({ how, url, redis }) {
    const sdk = {
      endpoint: url,
      region: "us-east-1",
      forcePathStyle: true,
      credentials: { accessKeyId: "demo", secretAccessKey: "demo-secret" },
      registry: new Registry(),
    };
    const client =
      how === "plain"
        ? new S3Api("acme", sdk)
        : createS3Api("acme", {
            ...sdk,
            timeoutMs: 600_000,
            // A second is a short window: requests of a client that is still warming up arrive more than the usual 50 ms apart.
            quota: { s3: { reads: rates.readsPerSecond, writes: rates.writesPerSecond }, marginMs: 250 },
            redis,
          });
    const calls: Readonly<Record<string, (index: number) => Promise<unknown>>> = {
      GetObject: async () =>
        (await client.send(new GetObjectCommand({ Bucket, Key: "data/first" }))).Body?.transformToString(),
      PutObject: (index) => client.send(new PutObjectCommand({ Bucket, Key: `data/${index}`, Body: "some bytes" })),
    };
    return { run: async (kind, index) => calls[kind]?.(index), close: () => client.close() };
  },
};
