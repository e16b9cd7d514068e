import { S3Error, type S3ErrorCode } from "../s3-error.js";
import { xmlDocument } from "../wire/xml.js";
import { bucketOf, type S3Call, type S3Operation, type S3Operations, type S3Reply } from "./operation.js";
import { bucketSubresources } from "./subresources.js";

/** What a setting that was never put is answered with: an error, or a document. */
const unset: Readonly<Record<string, S3ErrorCode | { readonly root: string; readonly payer?: string }>> = {
  accelerate: { root: "AccelerateConfiguration" },
  cors: "NoSuchCORSConfiguration",
  encryption: "ServerSideEncryptionConfigurationNotFoundError",
  lifecycle: "NoSuchLifecycleConfiguration",
  logging: { root: "BucketLoggingStatus" },
  notification: { root: "NotificationConfiguration" },
  ownershipControls: "OwnershipControlsNotFoundError",
  policy: "NoSuchBucketPolicy",
  publicAccessBlock: "NoSuchPublicAccessBlockConfiguration",
  replication: "ReplicationConfigurationNotFoundError",
  requestPayment: { root: "RequestPaymentConfiguration", payer: "BucketOwner" },
  tagging: "NoSuchTagSet",
  website: "NoSuchWebsiteConfiguration",
};

/** Operations on settings of a bucket. They are kept and given back as they were put, and change nothing else. */
export const settingOperations: S3Operations = Object.fromEntries(
  Object.keys(unset).flatMap((part) =>
    Object.entries(bucketSubresources[part] ?? {}).flatMap(([verb, name]) =>
      name === undefined ? [] : [[name, operationOn(part, verb)] as const],
    ),
  ),
);

function operationOn(part: string, verb: string): S3Operation {
  switch (verb) {
    case "GET":
      return (call) => get(call, part);
    case "PUT":
      return (call) => {
        bucketOf(call).settings.set(part, Buffer.from(call.request.content()).toString());
        return {};
      };
    default:
      return (call) => {
        bucketOf(call).settings.delete(part);
        return { status: 204 };
      };
  }
}

function get(call: S3Call, part: string): S3Reply {
  const bucket = bucketOf(call);
  const kept = bucket.settings.get(part);
  const headers = { "content-type": part === "policy" ? "application/json" : "application/xml" };
  if (kept !== undefined) return { headers, body: kept };
  const otherwise = unset[part];
  if (typeof otherwise !== "object")
    throw new S3Error(otherwise ?? "NoSuchConfiguration", [["BucketName", bucket.name]]);
  return { headers, body: xmlDocument(otherwise.root, [["Payer", otherwise.payer]]) };
}
