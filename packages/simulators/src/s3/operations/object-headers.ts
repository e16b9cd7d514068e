import type { S3Request } from "../request.js";
import { S3Error } from "../s3-error.js";
import type { S3Checksums, S3Object } from "../state/model.js";
import { checksumAlgorithms, checksumOf, md5Of } from "../wire/checksum.js";
import { httpTime } from "./operation.js";

/** Headers that are kept with an object, beside those of its user's metadata. */
const keptHeaders: ReadonlySet<string> = new Set([
  "cache-control",
  "content-disposition",
  "content-encoding",
  "content-language",
  "content-type",
  "expires",
  "x-amz-server-side-encryption",
  "x-amz-server-side-encryption-aws-kms-key-id",
  "x-amz-storage-class",
  "x-amz-website-redirect-location",
]);

/** What comes back with the object later. */
export function headersToKeep(request: S3Request): Readonly<Record<string, string>> {
  const kept = request.headerNames
    .filter((name) => keptHeaders.has(name) || name.startsWith("x-amz-meta-"))
    .map((name) => [name, request.header(name) ?? ""] as const)
    .map(([name, value]) => [name, name === "content-encoding" ? withoutChunks(value) : value] as const)
    .filter(([, value]) => value !== "");
  return {
    "content-type": "binary/octet-stream",
    "x-amz-server-side-encryption": "AES256",
    ...Object.fromEntries(kept),
  };
}

/** `aws-chunked` is how a body travelled, and no part of it. */
function withoutChunks(codings: string): string {
  return codings
    .split(",")
    .map((coding) => coding.trim())
    .filter((coding) => coding !== "aws-chunked")
    .join(",");
}

/** The tags that came in a header: `a=1&b=2`. */
export function tagsOf(request: S3Request): ReadonlyMap<string, string> {
  return new Map(new URLSearchParams(request.header("x-amz-tagging") ?? ""));
}

/**
 * The checksums sent with a body, in headers or after it.
 *
 * @throws S3Error `BadDigest` when one of them, or its MD5, is wrong.
 */
export function checkedSums(request: S3Request, content: Uint8Array): S3Checksums {
  const md5 = request.header("content-md5");
  if (md5 !== undefined && md5 !== md5Of(content).toString("base64")) throw new S3Error("BadDigest");
  const sent = checksumAlgorithms.flatMap((algorithm) => {
    const name = `x-amz-checksum-${algorithm}`;
    const value = request.header(name) ?? request.trailer(name);
    return value === undefined ? [] : [[algorithm, value] as const];
  });
  for (const [algorithm, value] of sent) {
    const computed = checksumOf(algorithm, content);
    if (computed !== undefined && computed !== value) throw new S3Error("BadDigest");
  }
  return Object.fromEntries(sent);
}

/** Checksums as headers. */
export function checksumHeaders(checksums: S3Checksums): Record<string, string> {
  return Object.fromEntries(
    Object.entries(checksums).map(([algorithm, value]) => [`x-amz-checksum-${algorithm}`, value]),
  );
}

/** What the answers to reads of an object say of it. */
export function objectHeaders(object: S3Object): Record<string, string> {
  return {
    ...object.headers,
    "accept-ranges": "bytes",
    "content-length": String(object.body.length),
    etag: quoted(object.etag),
    "last-modified": httpTime(object.lastModifiedMs),
    ...(object.tags.size > 0 && { "x-amz-tagging-count": String(object.tags.size) }),
  };
}

export function quoted(etag: string): string {
  return `"${etag}"`;
}
