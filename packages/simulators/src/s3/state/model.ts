import type { Bytes } from "../../http/bytes.js";
import type { ChecksumAlgorithm } from "../wire/checksum.js";

/** Checksums in base64 by algorithm; one put together from those of parts ends in `-` and their number. */
export type S3Checksums = Readonly<Partial<Record<ChecksumAlgorithm, string>>>;

/** An object and what is known of it. @public */
export interface S3Object {
  readonly key: string;
  readonly body: Bytes;
  /** Without quotes: the MD5 of the body, or what S3 makes of those of its parts. */
  readonly etag: string;
  /** Unit: milliseconds of Unix time. */
  readonly lastModifiedMs: number;
  /** Headers that come back with it, by names in lower case: `content-type`, `x-amz-meta-…` and the like. */
  readonly headers: Readonly<Record<string, string>>;
  readonly tags: ReadonlyMap<string, string>;
  readonly checksums: S3Checksums;
  /** Sizes of the parts it was uploaded in; empty when it came whole. Unit: bytes. */
  readonly partSizes: readonly number[];
}

/** A part that was uploaded. @public */
export interface S3Part {
  readonly body: Bytes;
  readonly etag: string;
  readonly lastModifiedMs: number;
  readonly checksums: S3Checksums;
}

/** An upload that has been begun and neither completed nor aborted. @public */
export interface S3Upload {
  readonly id: string;
  readonly key: string;
  readonly startedMs: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly tags: ReadonlyMap<string, string>;
  readonly checksumAlgorithm: ChecksumAlgorithm | undefined;
  readonly checksumType: "COMPOSITE" | "FULL_OBJECT";
  /** Parts by number. */
  readonly parts: ReadonlyMap<number, S3Part>;
}

/** A bucket and what it holds. @public */
export interface S3Bucket {
  readonly name: string;
  readonly region: string;
  readonly createdMs: number;
  /** Objects by key. */
  readonly objects: ReadonlyMap<string, S3Object>;
  /** Unfinished uploads by id. */
  readonly uploads: ReadonlyMap<string, S3Upload>;
  /** Settings as they were put, by the name of the query parameter and, where there are several, an id. */
  readonly settings: ReadonlyMap<string, string>;
}

/** What the simulated S3 holds, open for assertions. @public */
export interface S3State {
  /** Buckets by name. */
  readonly buckets: ReadonlyMap<string, S3Bucket>;
  /** Bytes of all objects and parts. */
  usedBytes(): number;
}
