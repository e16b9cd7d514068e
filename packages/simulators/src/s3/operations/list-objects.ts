import { invalidArgument } from "../s3-error.js";
import type { WritableBucket } from "../state/state.js";
import type { XmlElement } from "../wire/xml.js";
import { owner } from "./buckets.js";
import { quoted } from "./object-headers.js";
import { bucketOf, isoTime, objectNamed, xmlReply, type S3Call, type S3Operations, type S3Reply } from "./operation.js";
import { pageOf, readMost, type Page } from "./page.js";

/** Operations that list objects. */
export const listObjectsOperations: S3Operations = {
  ListObjects: listFirst,
  ListObjectsV2: listSecond,
  ListObjectVersions: listVersions,
};

function listFirst(call: S3Call): S3Reply {
  const bucket = bucketOf(call);
  const { query } = call.request;
  const { asked, encode, page } = read(bucket, query, query.get("marker") ?? "");
  return xmlReply("ListBucketResult", [
    ...asked,
    ["Marker", encode(query.get("marker") ?? "")],
    // The first version names the next page only where entries are summed up; else its last key does.
    ["NextMarker", page.last === undefined || !query.has("delimiter") ? undefined : encode(page.last)],
    ...entries(bucket, page, encode, true),
  ]);
}

function listSecond(call: S3Call): S3Reply {
  const bucket = bucketOf(call);
  const { query } = call.request;
  const token = query.get("continuation-token");
  const startAfter = query.get("start-after") ?? undefined;
  const { asked, encode, page } = read(bucket, query, token === null ? (startAfter ?? "") : readToken(token));
  return xmlReply("ListBucketResult", [
    ...asked,
    ["KeyCount", page.keys.length + page.commonPrefixes.length],
    ["StartAfter", startAfter === undefined ? undefined : encode(startAfter)],
    ["ContinuationToken", token ?? undefined],
    ["NextContinuationToken", page.last === undefined ? undefined : tokenFor(page.last)],
    ...entries(bucket, page, encode, query.get("fetch-owner") === "true"),
  ]);
}

/** No bucket keeps versions, so each object has one, named `null`. */
function listVersions(call: S3Call): S3Reply {
  const bucket = bucketOf(call);
  const { query } = call.request;
  const { asked, encode, page } = read(bucket, query, query.get("key-marker") ?? "");
  return xmlReply("ListVersionsResult", [
    ...asked,
    ["KeyMarker", encode(query.get("key-marker") ?? "")],
    ["NextKeyMarker", page.last === undefined ? undefined : encode(page.last)],
    ...entries(bucket, page, encode, true).map(([name, content]): XmlElement =>
      name === "Contents" && typeof content === "object"
        ? ["Version", [...content, ["VersionId", "null"], ["IsLatest", true]]]
        : [name, content],
    ),
  ]);
}

interface Reading {
  /** What was asked for, as the answer repeats it. */
  readonly asked: readonly XmlElement[];
  readonly encode: (name: string) => string;
  readonly page: Page;
}

function read(bucket: WritableBucket, query: URLSearchParams, after: string): Reading {
  const prefix = query.get("prefix") ?? "";
  const delimiter = query.get("delimiter") ?? "";
  const most = readMost(query, "max-keys");
  const isEncoded = query.get("encoding-type") === "url";
  const encode = (name: string): string => (isEncoded ? encodeURIComponent(name).replaceAll("%2F", "/") : name);
  const page = pageOf(bucket.sortedKeys(), { prefix, delimiter, after, most });
  return {
    encode,
    page,
    asked: [
      ["Name", bucket.name],
      ["Prefix", encode(prefix)],
      ["Delimiter", delimiter === "" ? undefined : encode(delimiter)],
      ["MaxKeys", most],
      ["EncodingType", isEncoded ? "url" : undefined],
      ["IsTruncated", page.last !== undefined],
    ],
  };
}

function entries(
  bucket: WritableBucket,
  page: Page,
  encode: (name: string) => string,
  hasOwner: boolean,
): XmlElement[] {
  const contents = page.keys.map((key): XmlElement => {
    const { etag, lastModifiedMs, body, headers, checksums } = objectNamed(bucket, key);
    return [
      "Contents",
      [
        ["Key", encode(key)],
        ["LastModified", isoTime(lastModifiedMs)],
        ["ETag", quoted(etag)],
        ...Object.keys(checksums).map((name): XmlElement => ["ChecksumAlgorithm", name.toUpperCase()]),
        ["Size", body.length],
        ["StorageClass", headers["x-amz-storage-class"] ?? "STANDARD"],
        ["Owner", hasOwner ? owner : undefined],
      ],
    ];
  });
  const prefixes = page.commonPrefixes.map((name): XmlElement => ["CommonPrefixes", [["Prefix", encode(name)]]]);
  return [...contents, ...prefixes];
}

function tokenFor(last: string): string {
  return Buffer.from(`1 ${last}`).toString("base64");
}

function readToken(token: string): string {
  const text = Buffer.from(token, "base64").toString();
  if (text.startsWith("1 ")) return text.slice(2);
  throw invalidArgument("continuation-token", token, "The continuation token provided is incorrect");
}
