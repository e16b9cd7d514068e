import { compareKeys } from "../state/key-order.js";
import type { XmlElement } from "../wire/xml.js";
import { owner } from "./buckets.js";
import { quoted } from "./object-headers.js";
import { bucketOf, isoTime, uploadOf, xmlReply, type S3Call, type S3Operations, type S3Reply } from "./operation.js";
import { readMost } from "./page.js";

/** Operations that list unfinished uploads and their parts. */
export const listUploadsOperations: S3Operations = { ListMultipartUploads: listUploads, ListParts: listParts };

/** In order of their keys, and of their beginning where keys are the same. */
function listUploads(call: S3Call): S3Reply {
  const bucket = bucketOf(call);
  const { query } = call.request;
  const prefix = query.get("prefix") ?? "";
  const most = readMost(query, "max-uploads");
  const keyMarker = query.get("key-marker") ?? "";
  const idMarker = query.get("upload-id-marker") ?? "";
  const found = [...bucket.uploads.values()]
    .filter(({ key }) => key.startsWith(prefix))
    .filter(({ key, id }) => {
      const order = compareKeys(key, keyMarker);
      return order > 0 || (order === 0 && keyMarker !== "" && idMarker !== "" && id > idMarker);
    })
    .toSorted((one, other) => compareKeys(one.key, other.key) || compareKeys(one.id, other.id));
  const page = found.slice(0, most);
  const last = found.length > page.length ? page.at(-1) : undefined;
  return xmlReply("ListMultipartUploadsResult", [
    ["Bucket", bucket.name],
    ["KeyMarker", keyMarker],
    ["UploadIdMarker", idMarker],
    ["NextKeyMarker", last?.key],
    ["NextUploadIdMarker", last?.id],
    ["Prefix", prefix],
    ["MaxUploads", most],
    ["IsTruncated", last !== undefined],
    ...page.map(({ key, id, startedMs }): XmlElement => [
      "Upload",
      [
        ["Key", key],
        ["UploadId", id],
        ["Initiator", owner],
        ["Owner", owner],
        ["StorageClass", "STANDARD"],
        ["Initiated", isoTime(startedMs)],
      ],
    ]),
  ]);
}

function listParts(call: S3Call): S3Reply {
  const upload = uploadOf(call);
  const { query } = call.request;
  const most = readMost(query, "max-parts");
  const marker = Number(query.get("part-number-marker") ?? 0);
  const found = [...upload.parts].filter(([number]) => number > marker).toSorted(([one], [other]) => one - other);
  const page = found.slice(0, most);
  const isTruncated = found.length > page.length;
  return xmlReply("ListPartsResult", [
    ["Bucket", call.request.bucket],
    ["Key", upload.key],
    ["UploadId", upload.id],
    ["Initiator", owner],
    ["Owner", owner],
    ["StorageClass", "STANDARD"],
    ["PartNumberMarker", marker],
    ["NextPartNumberMarker", isTruncated ? page.at(-1)?.[0] : undefined],
    ["MaxParts", most],
    ["IsTruncated", isTruncated],
    ["ChecksumAlgorithm", upload.checksumAlgorithm?.toUpperCase()],
    ...page.map(([number, { etag, body, lastModifiedMs, checksums }]): XmlElement => [
      "Part",
      [
        ["PartNumber", number],
        ["LastModified", isoTime(lastModifiedMs)],
        ["ETag", quoted(etag)],
        ["Size", body.length],
        ...Object.entries(checksums).map(([name, value]): XmlElement => [`Checksum${name.toUpperCase()}`, value]),
      ],
    ]),
  ]);
}
