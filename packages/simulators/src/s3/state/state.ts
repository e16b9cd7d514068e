import { S3Error } from "../s3-error.js";
import { compareKeys } from "./key-order.js";
import type { S3Bucket, S3Object, S3Part, S3State, S3Upload } from "./model.js";

/** An upload that parts can be added to. */
export interface WritableUpload extends S3Upload {
  readonly parts: Map<number, S3Part>;
}

/** A bucket that can be written to. */
export interface WritableBucket extends S3Bucket {
  readonly uploads: ReadonlyMap<string, WritableUpload>;
  readonly settings: Map<string, string>;
  /** Keys of all objects in S3's order. */
  sortedKeys(): readonly string[];
  /** @throws S3Error `InsufficientStorage` when there is no room. */
  putObject(object: S3Object): void;
  deleteObject(key: string): void;
  addUpload(upload: WritableUpload): void;
  /** @throws S3Error `InsufficientStorage` when there is no room. */
  putPart(upload: WritableUpload, number: number, part: S3Part): void;
  /** Forgets an upload and its parts. */
  dropUpload(upload: WritableUpload): void;
}

/** The state with what is needed to change it. */
export interface WritableS3State extends S3State {
  readonly buckets: Map<string, WritableBucket>;
  /** Unit: milliseconds of Unix time. */
  nowMs(): number;
  addBucket(name: string, region: string): WritableBucket;
  /** An identifier that no other thing has. */
  nextId(): string;
}

/** Makes an empty state. `maxBytes` is the room for all objects and parts. */
export function createS3State(maxBytes: number, nowMs: () => number): WritableS3State {
  const buckets = new Map<string, WritableBucket>();
  let usedBytes = 0;
  let lastId = 0;
  const reserve = (bytes: number): void => {
    if (usedBytes + bytes > maxBytes) throw new S3Error("InsufficientStorage");
    usedBytes += bytes;
  };
  return {
    buckets,
    nowMs,
    usedBytes: () => usedBytes,
    nextId: () => String((lastId += 1)).padStart(16, "0"),
    addBucket(name, region) {
      const bucket = createBucket({ name, region, createdMs: nowMs() }, reserve);
      buckets.set(name, bucket);
      return bucket;
    },
  };
}

/** `reserve` takes room for bytes, or gives it back when they are below 0. */
function createBucket(
  named: Pick<S3Bucket, "name" | "region" | "createdMs">,
  reserve: (bytes: number) => void,
): WritableBucket {
  const objects = new Map<string, S3Object>();
  const uploads = new Map<string, WritableUpload>();
  let sorted: readonly string[] | undefined;
  const sizeOf = (held: { readonly body: Uint8Array } | undefined): number => held?.body.length ?? 0;
  return {
    ...named,
    objects,
    uploads,
    settings: new Map(),
    sortedKeys: () => (sorted ??= [...objects.keys()].toSorted(compareKeys)),
    putObject(object) {
      reserve(sizeOf(object) - sizeOf(objects.get(object.key)));
      if (!objects.has(object.key)) sorted = undefined;
      objects.set(object.key, object);
    },
    deleteObject(key) {
      reserve(-sizeOf(objects.get(key)));
      if (objects.delete(key)) sorted = undefined;
    },
    addUpload: (upload) => void uploads.set(upload.id, upload),
    putPart(upload, number, part) {
      reserve(sizeOf(part) - sizeOf(upload.parts.get(number)));
      upload.parts.set(number, part);
    },
    dropUpload(upload) {
      for (const part of upload.parts.values()) reserve(-sizeOf(part));
      uploads.delete(upload.id);
    },
  };
}
