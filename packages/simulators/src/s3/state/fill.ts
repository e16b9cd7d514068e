import { md5Of } from "../wire/checksum.js";
import type { S3SeedTable } from "./seed.js";
import type { WritableS3State } from "./state.js";

/** Makes everything the seeds ask for. @throws S3Error `InsufficientStorage` when there is no room for it. */
export function fillS3(state: WritableS3State, { seeds, region }: { seeds: S3SeedTable; region: string }): void {
  for (const [name, objects] of seeds) {
    const bucket = state.addBucket(name, region);
    for (const [key, body] of objects) {
      bucket.putObject({
        key,
        body,
        etag: md5Of(body).toString("hex"),
        lastModifiedMs: state.nowMs(),
        headers: { "content-type": "binary/octet-stream", "x-amz-server-side-encryption": "AES256" },
        tags: new Map(),
        checksums: {},
        partSizes: [],
      });
    }
  }
}
