import type { S3Request } from "./request.js";
import { S3Error } from "./s3-error.js";

/**
 * Lets a request pass that names a known access key, in its header or in a presigned address that has not run out.
 * Signatures are not checked.
 *
 * @throws S3Error `AccessDenied` without an access key, `InvalidAccessKeyId` with an unknown one.
 */
export function authorize(request: S3Request, known: readonly string[] | undefined, nowMs: number): void {
  const accessKeyId = accessKeyOf(request);
  if (accessKeyId === undefined) throw new S3Error("AccessDenied");
  if (known !== undefined && !known.includes(accessKeyId)) {
    throw new S3Error("InvalidAccessKeyId", [["AWSAccessKeyId", accessKeyId]]);
  }
  const expiresMs = expiryOf(request.query);
  if (expiresMs !== undefined && nowMs >= expiresMs) {
    throw new S3Error("AccessDenied", [["Expires", new Date(expiresMs).toISOString()]], "Request has expired");
  }
}

function accessKeyOf({ header, query }: S3Request): string | undefined {
  const authorization = header("authorization") ?? "";
  const [, signed] =
    /^AWS4-\S+\s+.*?Credential=([^/,\s]+)\//.exec(authorization) ?? /^AWS ([^:\s]+):/.exec(authorization) ?? [];
  const presigned = query.get("X-Amz-Credential")?.split("/")[0] ?? query.get("AWSAccessKeyId");
  return signed ?? (presigned === null || presigned === "" ? undefined : presigned);
}

/** When a presigned address runs out. */
function expiryOf(query: URLSearchParams): number | undefined {
  const [, year, month, day, hour, minute, second] =
    /^(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})Z$/.exec(query.get("X-Amz-Date") ?? "") ?? [];
  const seconds = Number(query.get("X-Amz-Expires") ?? Number.NaN);
  const signedMs = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  return Number.isNaN(signedMs) || Number.isNaN(seconds) ? undefined : signedMs + seconds * 1_000;
}
