import { PutObjectCommand, S3Client, type S3ClientConfig } from "@aws-sdk/client-s3";
import { createS3Api, type S3FactoryOptions } from "@sluice/aws";

/** How many objects are written, with the SDK alone. */
export async function before(options: S3ClientConfig, keys: readonly string[]): Promise<number> {
  // #region before
  const s3 = new S3Client({ ...options, maxAttempts: 2 });
  const answers = await Promise.allSettled(
    keys.map((Key) => s3.send(new PutObjectCommand({ Bucket: "reports", Key, Body: "a,b" }))),
  );
  s3.destroy();
  // #endregion
  return answers.filter(({ status }) => status === "fulfilled").length;
}

/** The same with ours. */
export async function after(options: S3FactoryOptions, keys: readonly string[]): Promise<number> {
  // #region after
  const s3 = createS3Api("prod", { ...options, maxAttempts: 2 }); // attempts that fail; waits for the limit are none
  const answers = await Promise.allSettled(
    keys.map((Key) => s3.send(new PutObjectCommand({ Bucket: "reports", Key, Body: "a,b" }))),
  );
  await s3.close();
  // #endregion
  return answers.filter(({ status }) => status === "fulfilled").length;
}
