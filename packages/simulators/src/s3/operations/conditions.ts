import type { S3Request } from "../request.js";
import { S3Error, type S3ErrorCode } from "../s3-error.js";
import type { S3Object } from "../state/model.js";

/**
 * Checks what a read of an object depends on. Times count in whole seconds, as headers give them.
 *
 * @throws S3Error `PreconditionFailed`; `NotModified` when the reader has it already.
 */
export function checkReadConditions({ header }: S3Request, object: S3Object): void {
  check(object, { ...conditionsFrom(header, ""), otherwise: "NotModified" });
}

/** The same for the source of a copy. @throws S3Error `PreconditionFailed`. */
export function checkCopyConditions({ header }: S3Request, object: S3Object): void {
  check(object, { ...conditionsFrom(header, "x-amz-copy-source-"), otherwise: "PreconditionFailed" });
}

/**
 * Checks what a write depends on; `present` is the object that stands there.
 *
 * @throws S3Error `PreconditionFailed`, or `NoSuchKey` when an object must match and there is none.
 */
export function checkWriteConditions({ header, key = "" }: S3Request, present: S3Object | undefined): void {
  const { match, noneMatch } = conditionsFrom(header, "");
  if (noneMatch === "*" && present !== undefined) throw failed("If-None-Match");
  if (noneMatch !== undefined && noneMatch !== "*") throw new S3Error("NotImplemented");
  if (match === undefined) return;
  if (present === undefined) throw new S3Error("NoSuchKey", [["Key", key]]);
  if (!matches(match, present)) throw failed("If-Match");
}

interface Conditions {
  readonly match: string | undefined;
  readonly noneMatch: string | undefined;
  readonly modifiedSince: string | undefined;
  readonly unmodifiedSince: string | undefined;
}

function conditionsFrom(header: S3Request["header"], prefix: string): Conditions {
  return {
    match: header(`${prefix}if-match`),
    noneMatch: header(`${prefix}if-none-match`),
    modifiedSince: header(`${prefix}if-modified-since`),
    unmodifiedSince: header(`${prefix}if-unmodified-since`),
  };
}

/** An entity tag, where given, outweighs the time that goes with it. */
function check(
  object: S3Object,
  { match, noneMatch, modifiedSince, unmodifiedSince, otherwise }: Conditions & { readonly otherwise: S3ErrorCode },
): void {
  const seconds = Math.floor(object.lastModifiedMs / 1_000);
  if (match !== undefined) {
    if (!matches(match, object)) throw failed("If-Match");
  } else if (unmodifiedSince !== undefined && seconds > Date.parse(unmodifiedSince) / 1_000) {
    throw failed("If-Unmodified-Since");
  }
  const isUnchanged =
    noneMatch === undefined
      ? modifiedSince !== undefined && seconds <= Date.parse(modifiedSince) / 1_000
      : matches(noneMatch, object);
  if (isUnchanged) throw new S3Error(otherwise, [["Condition", "If-None-Match"]]);
}

function matches(wanted: string, { etag }: S3Object): boolean {
  return wanted
    .split(",")
    .some((one) => one.trim() === "*" || one.trim().replace(/^(?:W\/)?"?(.*?)"?$/, "$1") === etag);
}

function failed(condition: string): S3Error {
  return new S3Error("PreconditionFailed", [["Condition", condition]]);
}
