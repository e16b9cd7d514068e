// #region options
import { createS3Api } from "@sluice/aws";

const s3 = createS3Api("prod", {
  region: "eu-west-1",
  maxAttempts: 5, // the SDK's own option, kept by our retry
  redis: process.env["REDIS_URL"], // else limits are those of this process
  onStoreError: "local", // while Redis is away: this process's share of each limit
  timeoutMs: 60_000, // one budget for waits, attempts, retries and the body
  quota: {
    share: 0.8, // the rest is for other software of the account
    s3: { prefixDepth: 2 }, // a limit for every two folders
    bytesPerSecond: { down: 50_000_000 }, // of all processes together
    limits: { "S3.ListBuckets": 2 }, // your own, per second
  },
  hooks: [{ name: "audit", after: (call, { status, waitedMs }) => console.log(call.operation, status, waitedMs) }],
});
// #endregion

// #region caller
import { ListBucketsCommand } from "@aws-sdk/client-s3";
import { withCaller, withCallOptions } from "@sluice/core";

// On whose behalf: shown in metrics, ready for limits per caller.
await withCaller({ namespace: "team-a" }, () => s3.send(new ListBucketsCommand({})));
await s3.as({ namespace: "team-b" }).send(new ListBucketsCommand({}));

// Abort while waiting, in flight or while the body is read; the call rejects with this very reason.
const controller = new AbortController();
await s3.send(new ListBucketsCommand({}), { abortSignal: controller.signal });
await withCallOptions({ signal: controller.signal, priority: 5 }, () => s3.send(new ListBucketsCommand({})));
// #endregion
s3.destroy();
