import type { AnswerBody } from "../../http/answer.js";
import type { S3Request } from "../request.js";
import { S3Error } from "../s3-error.js";
import type { S3Object } from "../state/model.js";
import type { WritableBucket, WritableS3State, WritableUpload } from "../state/state.js";
import { xmlDocument, type XmlElement } from "../wire/xml.js";

/** What an operation works with. */
export interface S3Call {
  readonly request: S3Request;
  readonly state: WritableS3State;
  readonly region: string;
  readonly minPartBytes: number;
}

/** What an operation answers. */
export interface S3Reply {
  /** @defaultValue 200 */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: AnswerBody;
}

/** Answers a request. @throws S3Error when it fails. */
export type S3Operation = (call: S3Call) => S3Reply;

/** Operations by name. */
export type S3Operations = Readonly<Record<string, S3Operation>>;

/** An answer of a document. */
export function xmlReply(root: string, content: readonly XmlElement[], headers: Record<string, string> = {}): S3Reply {
  return { headers: { "content-type": "application/xml", ...headers }, body: xmlDocument(root, content) };
}

/** The bucket that a request is about. @throws S3Error `NoSuchBucket`. */
export function bucketOf({ request, state }: S3Call): WritableBucket {
  return bucketNamed(state, request.bucket ?? "");
}

/** A bucket by name. @throws S3Error `NoSuchBucket`. */
export function bucketNamed(state: WritableS3State, name: string): WritableBucket {
  const bucket = state.buckets.get(name);
  if (bucket === undefined) throw new S3Error("NoSuchBucket", [["BucketName", name]]);
  return bucket;
}

/** The key that a request is about. */
export function keyOf({ request }: S3Call): string {
  return request.key ?? "";
}

/** The object that a request is about. @throws S3Error `NoSuchBucket`, `NoSuchKey`. */
export function objectOf(call: S3Call): S3Object {
  return objectNamed(bucketOf(call), keyOf(call));
}

/** An object by key. @throws S3Error `NoSuchKey`. */
export function objectNamed(bucket: WritableBucket, key: string): S3Object {
  const object = bucket.objects.get(key);
  if (object === undefined) throw new S3Error("NoSuchKey", [["Key", key]]);
  return object;
}

/** The unfinished upload that a request is about. @throws S3Error `NoSuchBucket`, `NoSuchUpload`. */
export function uploadOf(call: S3Call): WritableUpload {
  const id = call.request.query.get("uploadId") ?? "";
  const upload = bucketOf(call).uploads.get(id);
  if (upload?.key !== keyOf(call)) throw new S3Error("NoSuchUpload", [["UploadId", id]]);
  return upload;
}

/** A moment as documents have it. */
export function isoTime(atMs: number): string {
  return new Date(atMs).toISOString();
}

/** A moment as headers have it. */
export function httpTime(atMs: number): string {
  return new Date(atMs).toUTCString();
}
