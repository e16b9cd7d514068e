import { invalidArgument, S3Error } from "../s3-error.js";
import type { S3Object } from "../state/model.js";
import { checksumAlgorithms, checksumOf, md5Of, type ChecksumAlgorithm } from "../wire/checksum.js";
import { checkCopyConditions, checkWriteConditions } from "./conditions.js";
import { headersToKeep, quoted, tagsOf } from "./object-headers.js";
import {
  bucketNamed,
  bucketOf,
  isoTime,
  keyOf,
  objectNamed,
  xmlReply,
  type S3Call,
  type S3Operations,
  type S3Reply,
} from "./operation.js";
import { checkedKey, encryptionOf } from "./write-objects.js";

/** Operations that write an object from another. */
export const copyOperations: S3Operations = { CopyObject: copy };

function copy(call: S3Call): S3Reply {
  const { request, state } = call;
  const bucket = bucketOf(call);
  const key = checkedKey(keyOf(call));
  const source = copySource(call);
  const replacesHeaders = directive(call, "x-amz-metadata-directive");
  if (source === bucket.objects.get(key) && !replacesHeaders && request.header("x-amz-storage-class") === undefined) {
    throw new S3Error(
      "InvalidRequest",
      [],
      "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.",
    );
  }
  checkWriteConditions(request, bucket.objects.get(key));
  const headers = replacesHeaders ? headersToKeep(request) : source.headers;
  const algorithm = request.header("x-amz-checksum-algorithm")?.toLowerCase();
  const computed = isAlgorithm(algorithm) ? checksumOf(algorithm, source.body) : undefined;
  const copied: S3Object = {
    key,
    body: source.body,
    etag: md5Of(source.body).toString("hex"),
    lastModifiedMs: state.nowMs(),
    headers,
    tags: directive(call, "x-amz-tagging-directive") ? tagsOf(request) : source.tags,
    checksums: computed === undefined ? wholeSums(source) : { [algorithm as ChecksumAlgorithm]: computed },
    partSizes: [],
  };
  bucket.putObject(copied);
  return xmlReply(
    "CopyObjectResult",
    [
      ["ETag", quoted(copied.etag)],
      ["LastModified", isoTime(copied.lastModifiedMs)],
    ],
    encryptionOf(headers),
  );
}

/** The object that a copy is made of: `bucket/key`, encoded as in an address. @throws S3Error when there is none. */
export function copySource({ request, state }: S3Call): S3Object {
  const written = request.header("x-amz-copy-source") ?? "";
  const [, bucket, key] = /^\/?([^/?]+)\/([^?]+)/s.exec(written) ?? [];
  if (bucket === undefined || key === undefined) {
    throw invalidArgument(
      "x-amz-copy-source",
      written,
      "Copy Source must mention the source bucket and key: sourcebucket/sourcekey",
    );
  }
  const source = objectNamed(bucketNamed(state, decodeURIComponent(bucket)), decodeURIComponent(key));
  checkCopyConditions(request, source);
  return source;
}

/** Checksums of the whole; one made of those of parts means nothing to a copy. */
function wholeSums({ checksums }: S3Object): S3Object["checksums"] {
  return Object.fromEntries(Object.entries(checksums).filter(([, value]) => !value.includes("-")));
}

function directive({ request }: S3Call, name: string): boolean {
  return request.header(name)?.toUpperCase() === "REPLACE";
}

export function isAlgorithm(name: string | undefined): name is ChecksumAlgorithm {
  return (checksumAlgorithms as readonly (string | undefined)[]).includes(name);
}
