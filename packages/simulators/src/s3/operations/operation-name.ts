import type { S3Request } from "../request.js";
import { bucketSubresources, objectSubresources, type OperationsByVerb } from "./subresources.js";

/** Name of the operation that a request asks for, as S3 documents it; `other` when there is none. */
export function operationName(request: S3Request): string {
  if (request.flaw !== undefined) return "other";
  const { verb, bucket, key } = request;
  if (bucket === undefined) return verb === "GET" ? "ListBuckets" : "other";
  return (key === undefined ? onBucket(request) : onObject(request)) ?? "other";
}

function onBucket({ verb, query, header }: S3Request): string | undefined {
  const part = partOf(bucketSubresources, query);
  if (part !== undefined)
    return verb === "GET" && part["LIST"] !== undefined && !query.has("id") ? part["LIST"] : part[verb];
  switch (verb) {
    case "GET":
      return query.get("list-type") === "2" ? "ListObjectsV2" : "ListObjects";
    case "PUT":
      return "CreateBucket";
    case "POST":
      return header("content-type")?.startsWith("multipart/form-data") === true ? "PostObject" : undefined;
    default:
      return { HEAD: "HeadBucket", DELETE: "DeleteBucket" }[verb];
  }
}

function onObject({ verb, query, header }: S3Request): string | undefined {
  const part = partOf(objectSubresources, query);
  if (part === objectSubresources["annotation"] && verb === "GET" && !query.has("annotationName")) {
    return "ListObjectAnnotations";
  }
  if (part !== undefined) return part[verb];
  const isCopy = header("x-amz-copy-source") !== undefined;
  if (query.has("uploadId")) {
    const put = isCopy ? "UploadPartCopy" : "UploadPart";
    return { GET: "ListParts", PUT: put, POST: "CompleteMultipartUpload", DELETE: "AbortMultipartUpload" }[verb];
  }
  const put = isCopy ? "CopyObject" : "PutObject";
  return { GET: "GetObject", HEAD: "HeadObject", PUT: put, DELETE: "DeleteObject" }[verb];
}

function partOf(
  parts: Readonly<Record<string, OperationsByVerb>>,
  query: URLSearchParams,
): OperationsByVerb | undefined {
  for (const name of query.keys()) if (Object.hasOwn(parts, name)) return parts[name];
  return undefined;
}
