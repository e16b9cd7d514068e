import type { Bytes } from "../../http/bytes.js";
import { S3Error } from "../s3-error.js";
import { checkBucketName } from "./bucket-name.js";

/** What S3 holds at the start. @public */
export interface S3Seeds {
  /**
   * Names of buckets, or what each holds by key.
   *
   * @defaultValue one empty bucket, `acme`
   */
  readonly buckets?: readonly string[] | Readonly<Record<string, Readonly<Record<string, string | Uint8Array>>>>;
}

/** Bodies by key by bucket. */
export type S3SeedTable = ReadonlyMap<string, ReadonlyMap<string, Bytes>>;

/** Fills defaults. @throws RangeError when a bucket cannot have its name. */
export function resolveS3Seeds({ buckets = ["acme"] }: S3Seeds): S3SeedTable {
  const entries = Array.isArray(buckets)
    ? buckets.map((name) => [name, {}] as const)
    : Object.entries(buckets as Readonly<Record<string, Readonly<Record<string, string | Uint8Array>>>>);
  return new Map(
    entries.map(([name, objects]) => [
      checkedName(name),
      new Map(Object.entries(objects).map(([key, body]) => [key, Uint8Array.from(Buffer.from(body as string))])),
    ]),
  );
}

function checkedName(name: string): string {
  try {
    return checkBucketName(name);
  } catch (error) {
    if (!(error instanceof S3Error)) throw error;
    throw new RangeError(
      `buckets must have names of 3 to 63 lower-case letters, digits, dots and hyphens, got ${name}`,
      {
        cause: error,
      },
    );
  }
}
