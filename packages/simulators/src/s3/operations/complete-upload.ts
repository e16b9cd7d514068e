import { S3Error } from "../s3-error.js";
import type { S3Part, S3Upload } from "../state/model.js";
import { checksumOf, md5Of } from "../wire/checksum.js";
import { joined } from "../wire/chunked-body.js";
import { parseXml, xmlChildren, xmlText } from "../wire/xml.js";
import { checkWriteConditions } from "./conditions.js";
import { quoted } from "./object-headers.js";
import { bucketOf, uploadOf, xmlReply, type S3Call, type S3Reply } from "./operation.js";
import { encryptionOf } from "./write-objects.js";

/** Joins the parts that the request lists into an object. */
export function completeUpload(call: S3Call): S3Reply {
  const bucket = bucketOf(call);
  const upload = uploadOf(call);
  const { request, state } = call;
  const parts = chosenParts(call, upload);
  checkWriteConditions(request, bucket.objects.get(upload.key));
  const tags = parts.map(({ etag }) => Buffer.from(etag, "hex"));
  const body = joined(parts.map((part) => part.body));
  const object = {
    key: upload.key,
    body,
    etag: `${md5Of(...tags).toString("hex")}-${parts.length}`,
    lastModifiedMs: state.nowMs(),
    headers: upload.headers,
    tags: upload.tags,
    checksums: sumsOfWhole(upload, parts, body),
    partSizes: parts.map((part) => part.body.length),
  };
  bucket.dropUpload(upload);
  bucket.putObject(object);
  return xmlReply(
    "CompleteMultipartUploadResult",
    [
      ["Location", `http://${request.header("host") ?? "localhost"}${request.path}`],
      ["Bucket", bucket.name],
      ["Key", upload.key],
      ["ETag", quoted(object.etag)],
      ...Object.entries(object.checksums).map(([name, value]) => [`Checksum${name.toUpperCase()}`, value] as const),
      ["ChecksumType", upload.checksumAlgorithm === undefined ? undefined : upload.checksumType],
    ],
    encryptionOf(upload.headers),
  );
}

/** The parts that the request lists, in its order. @throws S3Error when they are not as they should be. */
function chosenParts({ request, minPartBytes }: S3Call, upload: S3Upload): readonly S3Part[] {
  const tree = parseXml(Buffer.from(request.content()).toString(), "CompleteMultipartUpload");
  const listed = xmlChildren(tree, "Part").map((part) => ({
    number: Number(xmlText(part, "PartNumber") ?? Number.NaN),
    etag: (xmlText(part, "ETag") ?? "").replaceAll('"', ""),
  }));
  if (listed.length === 0) throw new S3Error("MalformedXML");
  if (listed.some(({ number }, index) => number <= (listed[index - 1]?.number ?? 0)))
    throw new S3Error("InvalidPartOrder");
  return listed.map(({ number, etag }, index) => {
    const part = upload.parts.get(number);
    if (part?.etag !== etag) {
      throw new S3Error("InvalidPart", [
        ["UploadId", upload.id],
        ["PartNumber", number],
        ["ETag", etag],
      ]);
    }
    if (index < listed.length - 1 && part.body.length < minPartBytes) {
      throw new S3Error("EntityTooSmall", [
        ["ProposedSize", part.body.length],
        ["MinSizeAllowed", minPartBytes],
        ["PartNumber", number],
        ["ETag", etag],
      ]);
    }
    return part;
  });
}

/** Of the whole, or of the checksums of all its parts, as the upload was begun; none where it cannot be computed. */
function sumsOfWhole(
  { checksumAlgorithm, checksumType }: S3Upload,
  parts: readonly S3Part[],
  body: Uint8Array,
): S3Part["checksums"] {
  if (checksumAlgorithm === undefined) return {};
  const sums = parts.map(({ checksums }) => checksums[checksumAlgorithm]);
  const ofParts = Buffer.concat(sums.map((sum) => Buffer.from(sum ?? "", "base64")));
  const isWhole = checksumType === "FULL_OBJECT";
  const sum = checksumOf(checksumAlgorithm, isWhole ? body : ofParts);
  if (sum === undefined || (!isWhole && sums.includes(undefined))) return {};
  return { [checksumAlgorithm]: isWhole ? sum : `${sum}-${parts.length}` };
}
