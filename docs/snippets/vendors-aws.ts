// #region imports
import { GetObjectCommand, PutObjectCommand, S3Client, S3ServiceException } from "@aws-sdk/client-s3";
import { createS3Api, measureAws, S3Api } from "@sluice/aws";
import { LimitExceededError } from "@sluice/core";
// #endregion
import type { S3ClientConfig } from "@aws-sdk/client-s3";
import type { S3FactoryOptions } from "@sluice/aws";

/** Writes an object and reads it again. */
export async function service(options: S3FactoryOptions): Promise<string | undefined> {
  // #region service
  const s3 = createS3Api("prod", options); // region, credentials and all else as the SDK takes them

  await s3.send(new PutObjectCommand({ Bucket: "reports", Key: "2026/11.csv", Body: "a,b" }));
  const { Body } = await s3.send(new GetObjectCommand({ Bucket: "reports", Key: "2026/11.csv" }));
  const text = await Body?.transformToString();
  await s3.close();
  // #endregion
  return text;
}

/** Two clients that only measure: one of ours, and one that was there. */
export function measured(config: S3ClientConfig): readonly S3Client[] {
  // #region plain
  const s3 = new S3Api("prod", config);
  const other = measureAws(new S3Client(config), { account: "prod" }); // any client of the SDK, in place
  // #endregion
  return [s3, other];
}

/** Writes, and says in words when it cannot. */
// #region errors
export async function write(s3: S3Api, Key: string): Promise<string> {
  try {
    await s3.send(new PutObjectCommand({ Bucket: "reports", Key, Body: "a,b" }));
    return "written";
  } catch (error) {
    // Ours: the wait would outlast timeoutMs, and nothing was sent.
    if (error instanceof LimitExceededError) return `not sent, there is room in ${Math.ceil(error.retryAfterMs)} ms`;
    // The SDK's: S3 refused every attempt.
    if (error instanceof S3ServiceException && error.name === "SlowDown")
      return `refused ${error.$metadata.attempts} times`;
    throw error;
  }
}
// #endregion
