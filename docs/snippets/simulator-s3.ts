// #region simulator
import { startS3Simulator } from "@sluice/simulators";
import { S3 } from "@aws-sdk/client-s3";

await using simulator = await startS3Simulator({ buckets: ["logs"], limits: { writesPerSecond: 50 } });
const s3 = new S3({
  endpoint: simulator.url,
  region: "us-east-1",
  credentials: { accessKeyId: "any", secretAccessKey: "any" },
});

const writes = Array.from({ length: 60 }, (_, index) =>
  s3.putObject({ Bucket: "logs", Key: `2026/${index}`, Body: "hello" }),
);
await Promise.allSettled(writes);
console.log(simulator.state.buckets.get("logs")?.objects.size, simulator.ledger.throttled().length);
// #endregion
