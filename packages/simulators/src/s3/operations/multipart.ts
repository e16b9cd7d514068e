import { invalidArgument, S3Error } from "../s3-error.js";
import type { S3Part, S3Upload } from "../state/model.js";
import { checksumOf, md5Of } from "../wire/checksum.js";
import { completeUpload } from "./complete-upload.js";
import { copySource, isAlgorithm } from "./copy.js";
import { checkedSums, checksumHeaders, headersToKeep, quoted, tagsOf } from "./object-headers.js";
import {
  bucketOf,
  isoTime,
  keyOf,
  uploadOf,
  xmlReply,
  type S3Call,
  type S3Operations,
  type S3Reply,
} from "./operation.js";
import { readRange } from "./range.js";
import { checkedKey, encryptionOf } from "./write-objects.js";

/** Operations that upload an object in parts. */
export const multipartOperations: S3Operations = {
  CreateMultipartUpload: create,
  UploadPart: uploadPart,
  UploadPartCopy: copyPart,
  CompleteMultipartUpload: completeUpload,
  AbortMultipartUpload: abort,
};

/** Highest number of a part. */
const mostParts = 10_000;

function create(call: S3Call): S3Reply {
  const bucket = bucketOf(call);
  const { request, state } = call;
  const named = request.header("x-amz-checksum-algorithm")?.toLowerCase();
  const checksumAlgorithm = isAlgorithm(named) ? named : undefined;
  const isWhole = (request.header("x-amz-checksum-type") ?? "").toUpperCase() === "FULL_OBJECT";
  const upload = {
    id: `upload-${state.nextId()}`,
    key: checkedKey(keyOf(call)),
    startedMs: state.nowMs(),
    headers: headersToKeep(request),
    tags: tagsOf(request),
    checksumAlgorithm,
    checksumType: isWhole || checksumAlgorithm === "crc64nvme" ? ("FULL_OBJECT" as const) : ("COMPOSITE" as const),
    parts: new Map<number, S3Part>(),
  };
  bucket.addUpload(upload);
  return xmlReply(
    "InitiateMultipartUploadResult",
    [
      ["Bucket", bucket.name],
      ["Key", upload.key],
      ["UploadId", upload.id],
    ],
    {
      ...encryptionOf(upload.headers),
      ...(checksumAlgorithm !== undefined && {
        "x-amz-checksum-algorithm": checksumAlgorithm.toUpperCase(),
        "x-amz-checksum-type": upload.checksumType,
      }),
    },
  );
}

function uploadPart(call: S3Call): S3Reply {
  const upload = uploadOf(call);
  const body = call.request.content();
  const checksums = checkedSums(call.request, body);
  checkKindOfSum(upload, checksums);
  const part = store(call, upload, body, checksums);
  return { headers: { ...encryptionOf(upload.headers), ...checksumHeaders(checksums), etag: quoted(part.etag) } };
}

/** @throws S3Error `InvalidRequest` when the checksum of a part is of another kind than the upload was begun with. */
function checkKindOfSum({ checksumAlgorithm }: S3Upload, checksums: S3Part["checksums"]): void {
  const [sent] = Object.keys(checksums);
  if (checksumAlgorithm === undefined || sent === undefined || sent === checksumAlgorithm) return;
  const message = `Checksum Type mismatch occurred, expected checksum Type: ${checksumAlgorithm}, actual checksum Type: ${sent}`;
  throw new S3Error("InvalidRequest", [], message);
}

function copyPart(call: S3Call): S3Reply {
  const upload = uploadOf(call);
  const { body } = copySource(call);
  const written = call.request.header("x-amz-copy-source-range");
  const range = readRange(written, body.length);
  if (written !== undefined && range === undefined) {
    throw invalidArgument(
      "x-amz-copy-source-range",
      written,
      "The x-amz-copy-source-range value must be of the form bytes=first-last",
    );
  }
  const piece = range === undefined ? body : body.subarray(range.first, range.last + 1);
  const { checksumAlgorithm } = upload;
  const sum = checksumAlgorithm === undefined ? undefined : checksumOf(checksumAlgorithm, piece);
  const checksums = checksumAlgorithm === undefined || sum === undefined ? {} : { [checksumAlgorithm]: sum };
  const part = store(call, upload, piece, checksums);
  return xmlReply("CopyPartResult", [
    ["ETag", quoted(part.etag)],
    ["LastModified", isoTime(part.lastModifiedMs)],
    ...Object.entries(checksums).map(([name, value]) => [`Checksum${name.toUpperCase()}`, value] as const),
  ]);
}

function store(
  call: S3Call,
  upload: ReturnType<typeof uploadOf>,
  body: S3Part["body"],
  checksums: S3Part["checksums"],
): S3Part {
  const written = call.request.query.get("partNumber") ?? "";
  const number = Number(written);
  if (!(Number.isInteger(number) && number >= 1 && number <= mostParts)) {
    throw invalidArgument(
      "partNumber",
      written,
      `Part number must be an integer between 1 and ${mostParts}, inclusive`,
    );
  }
  const part = { body, etag: md5Of(body).toString("hex"), lastModifiedMs: call.state.nowMs(), checksums };
  bucketOf(call).putPart(upload, number, part);
  return part;
}

function abort(call: S3Call): S3Reply {
  bucketOf(call).dropUpload(uploadOf(call));
  return { status: 204 };
}
