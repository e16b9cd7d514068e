import type { S3Object } from "../state/model.js";
import { checkReadConditions } from "./conditions.js";
import { checksumHeaders, objectHeaders } from "./object-headers.js";
import {
  isoTime,
  objectOf,
  xmlReply,
  type S3Call,
  type S3Operation,
  type S3Operations,
  type S3Reply,
} from "./operation.js";
import { rangeOfPart, readRange, type ByteRange } from "./range.js";

/** Operations that read one object. */
export const readObjectOperations: S3Operations = {
  GetObject: (call) => read(call, objectOf(call)),
  HeadObject: (call) => ({ ...read(call, objectOf(call)), body: "" }),
  GetObjectAttributes: attributes,
};

/** Headers that a request may set for its answer, by the query parameter. */
const overrides = [
  "cache-control",
  "content-disposition",
  "content-encoding",
  "content-language",
  "content-type",
  "expires",
] as const;

function read({ request }: S3Call, object: S3Object): S3Reply {
  checkReadConditions(request, object);
  const range = rangeOf(request.query.get("partNumber"), request.header("range"), object);
  const wantsSums = request.header("x-amz-checksum-mode")?.toUpperCase() === "ENABLED";
  const overridden = overrides.flatMap((name) => {
    const value = request.query.get(`response-${name}`);
    return value === null ? [] : [[name, value] as const];
  });
  const headers = {
    ...objectHeaders(object),
    ...(object.partSizes.length > 0 &&
      request.query.has("partNumber") && { "x-amz-mp-parts-count": String(object.partSizes.length) }),
    ...Object.fromEntries(overridden),
  };
  if (range === undefined) {
    return { headers: { ...headers, ...(wantsSums && checksumHeaders(object.checksums)) }, body: object.body };
  }
  const { first, last } = range;
  return {
    status: 206,
    headers: {
      ...headers,
      "content-length": String(last - first + 1),
      "content-range": `bytes ${first}-${last}/${object.body.length}`,
    },
    body: object.body.subarray(first, last + 1),
  };
}

function rangeOf(partNumber: string | null, range: string | undefined, object: S3Object): ByteRange | undefined {
  if (partNumber !== null) return rangeOfPart(object.partSizes, Number(partNumber));
  return readRange(range, object.body.length);
}

function attributes(call: S3Call): ReturnType<S3Operation> {
  const object = objectOf(call);
  const wanted = (call.request.header("x-amz-object-attributes") ?? "").split(",").map((name) => name.trim());
  const asked = <Value>(name: string, value: Value): Value | undefined => (wanted.includes(name) ? value : undefined);
  return xmlReply(
    "GetObjectAttributesResponse",
    [
      ["ETag", asked("ETag", object.etag)],
      [
        "Checksum",
        asked(
          "Checksum",
          Object.entries(object.checksums).map(([name, value]) => [`Checksum${name.toUpperCase()}`, value] as const),
        ),
      ],
      [
        "ObjectParts",
        object.partSizes.length === 0
          ? undefined
          : asked("ObjectParts", [["PartsCount", object.partSizes.length] as const]),
      ],
      ["StorageClass", asked("StorageClass", object.headers["x-amz-storage-class"] ?? "STANDARD")],
      ["ObjectSize", asked("ObjectSize", object.body.length)],
    ],
    { "last-modified": new Date(isoTime(object.lastModifiedMs)).toUTCString() },
  );
}
