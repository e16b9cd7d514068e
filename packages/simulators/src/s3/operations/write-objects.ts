import { S3Error } from "../s3-error.js";
import { md5Of } from "../wire/checksum.js";
import { parseXml, xmlChildren, xmlText, type XmlElement } from "../wire/xml.js";
import { checkWriteConditions } from "./conditions.js";
import { checkedSums, checksumHeaders, headersToKeep, quoted, tagsOf } from "./object-headers.js";
import { bucketOf, keyOf, xmlReply, type S3Call, type S3Operations, type S3Reply } from "./operation.js";

/** Operations that write and delete objects whole. */
export const writeObjectOperations: S3Operations = {
  PutObject: put,
  DeleteObject: remove,
  DeleteObjects: removeMany,
};

/** Most keys that one request may delete. */
const mostDeleted = 1_000;
const longestKeyBytes = 1_024;

function put(call: S3Call): S3Reply {
  const bucket = bucketOf(call);
  const key = checkedKey(keyOf(call));
  const { request, state } = call;
  checkWriteConditions(request, bucket.objects.get(key));
  const body = request.content();
  const checksums = checkedSums(request, body);
  const etag = md5Of(body).toString("hex");
  const headers = headersToKeep(request);
  const tags = tagsOf(request);
  bucket.putObject({ key, body, etag, lastModifiedMs: state.nowMs(), headers, tags, checksums, partSizes: [] });
  return { headers: { ...encryptionOf(headers), ...checksumHeaders(checksums), etag: quoted(etag) } };
}

/** @throws S3Error `KeyTooLongError`. */
export function checkedKey(key: string): string {
  const size = Buffer.byteLength(key);
  if (size <= longestKeyBytes) return key;
  throw new S3Error("KeyTooLongError", [
    ["Size", size],
    ["MaxSizeAllowed", longestKeyBytes],
  ]);
}

/** How what was stored is encrypted, as every write says. */
export function encryptionOf(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).filter(([name]) => name.startsWith("x-amz-server-side-encryption")),
  );
}

/** Deleting what is not there succeeds too. */
function remove(call: S3Call): S3Reply {
  const bucket = bucketOf(call);
  const key = keyOf(call);
  const wanted = call.request.header("if-match");
  if (wanted !== undefined) checkWriteConditions(call.request, bucket.objects.get(key));
  bucket.deleteObject(key);
  return { status: 204 };
}

function removeMany(call: S3Call): S3Reply {
  const bucket = bucketOf(call);
  const content = call.request.content();
  checkedSums(call.request, content);
  const tree = parseXml(Buffer.from(content).toString(), "Delete");
  const keys = xmlChildren(tree, "Object").map((object) => xmlText(object, "Key"));
  if (keys.length === 0 || keys.length > mostDeleted) throw new S3Error("MalformedXML");
  const isQuiet = xmlText(tree, "Quiet") === "true";
  const deleted = keys.map((key): XmlElement => {
    if (key === undefined) throw new S3Error("MalformedXML");
    return ["Deleted", [["Key", key]]];
  });
  for (const key of keys) bucket.deleteObject(key ?? "");
  return xmlReply("DeleteResult", isQuiet ? [] : deleted);
}
