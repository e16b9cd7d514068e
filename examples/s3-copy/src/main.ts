import { createS3Api } from "@sluice/aws";
import { startS3Simulator } from "@sluice/simulators";
import Table from "cli-table3";
import { copyBucket } from "./copy-bucket.js";

const kibibyte = 1024;
/** What the line has to spare for this job, of all its processes together. Unit: bytes per second. */
const budget = 384 * kibibyte;
const photos = Object.fromEntries(
  Array.from({ length: 24 }, (_, index) => [`2026/${String(index).padStart(2, "0")}.jpg`, "x".repeat(64 * kibibyte)]),
);
const table = new Table({ head: ["budget", "objects", "KiB", "took", "refused"], style: { head: [], border: [] } });

for (const perSecond of [undefined, budget]) {
  await using simulator = await startS3Simulator({ buckets: { photos, backup: {} } });
  const sdk = {
    region: "eu-west-1",
    endpoint: simulator.url,
    forcePathStyle: true,
    credentials: { accessKeyId: "any", secretAccessKey: "any" },
  };
  // #region budget
  const quota = perSecond === undefined ? {} : { bytesPerSecond: { up: perSecond, down: perSecond } };
  await using s3 = createS3Api("prod", { ...sdk, quota });
  // #endregion
  const words = perSecond === undefined ? "none" : `${perSecond / kibibyte} KiB a second`;
  const startedMs = performance.now();
  let copied = 0;
  const { objects, bytes } = await copyBucket(s3, "photos", "backup", () => {
    copied += 1;
    if (copied % 6 === 0) console.error(`budget ${words}: ${copied} objects`);
  });
  // A second's worth goes at once, and the rest at that rate.
  const least = bytes / budget - 1;
  const took = (performance.now() - startedMs) / 1000 < least ? `less than ${least} s` : `${least} s or more`;
  table.push([words, objects, bytes / kibibyte, took, simulator.ledger.throttled().length]);
}
console.log(table.toString());
