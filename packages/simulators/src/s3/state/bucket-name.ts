import { S3Error } from "../s3-error.js";

/** @throws S3Error `InvalidBucketName` when a bucket cannot have that name. */
export function checkBucketName(name: string): string {
  const isGood =
    /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name) && !name.includes("..") && !/^\d+(?:\.\d+){3}$/.test(name);
  if (!isGood) throw new S3Error("InvalidBucketName", [["BucketName", name]]);
  return name;
}
