import type { OperationName } from "../../operations/operation.js";

/** Of S3, requests without a bucket, and those about a bucket whose names speak of objects all the same. */
const withoutBucket = /^(?:ListBuckets|ListDirectoryBuckets|WriteGetObjectResponse)$/;
const withoutKey =
  /^(?:ListObjects|ListObjectsV2|ListObjectVersions|ListMultipartUploads|DeleteObjects|\w+ObjectLockConfiguration)$/;
const withKey = /Object|UploadPart|MultipartUpload|ListParts/;

/** The arguments of an action that decide which bucket it takes from. */
export function decidingArguments({ service, action }: OperationName): readonly string[] {
  if (service === "DynamoDB") return ["TableName"];
  if (service !== "S3" || withoutBucket.test(action)) return [];
  return withKey.test(action) && !withoutKey.test(action) ? ["Bucket", "Key"] : ["Bucket"];
}
