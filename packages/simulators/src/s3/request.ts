import type { Bytes } from "../http/bytes.js";
import type { S3ErrorCode } from "./s3-error.js";
import { S3Error } from "./s3-error.js";
import { readAddress, type Address } from "./wire/address.js";
import { decodeChunked } from "./wire/chunked-body.js";

/** A request that has been read completely. */
export interface S3Request extends Address {
  readonly verb: string;
  /** As it came over the wire, without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** Size on the wire. */
  readonly bytes: number;
  /** Names of all headers, in lower case. */
  readonly headerNames: readonly string[];
  /** A header, or one that came after the body, by its name in lower case. */
  header(name: string): string | undefined;
  /** A header that came after the body. @throws S3Error when the body cannot be decoded. */
  trailer(name: string): string | undefined;
  /** The body as it was meant. @throws S3Error when it cannot be decoded. */
  content(): Bytes;
  /** Why the request cannot be understood. */
  readonly flaw: S3ErrorCode | undefined;
}

/** A request as it came over the wire. */
export interface RawRequest {
  readonly verb: string;
  /** Path and query. */
  readonly target: string;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: Bytes;
}

/** Understands a request; nothing is thrown before its body is asked for. */
export function readRequest({ verb, target, headers, body }: RawRequest): S3Request {
  const [path = "/", ...rest] = target.split("?");
  const ownHeader = (name: string): string | undefined => {
    const value = headers[name];
    return typeof value === "string" ? value : value?.join(",");
  };
  const address = readAddress(ownHeader("host") ?? "", path);
  const isChunked =
    (ownHeader("x-amz-content-sha256") ?? "").startsWith("STREAMING-") ||
    (ownHeader("content-encoding") ?? "").split(",").some((coding) => coding.trim() === "aws-chunked");

  let decoded: ReturnType<typeof decodeChunked> | undefined;
  const decode = (): ReturnType<typeof decodeChunked> => {
    decoded ??= isChunked ? decodeChunked(body) : { content: body, trailers: new Map() };
    const declared = ownHeader("x-amz-decoded-content-length");
    if (isChunked && declared !== undefined && Number(declared) !== decoded.content.length) {
      throw new S3Error("IncompleteBody");
    }
    return decoded;
  };
  return {
    verb,
    path,
    query: new URLSearchParams(rest.join("?")),
    bytes: body.length,
    headerNames: Object.keys(headers),
    bucket: address?.bucket,
    key: address?.key,
    flaw: address === undefined ? "InvalidURI" : undefined,
    header: ownHeader,
    trailer: (name) => decode().trailers.get(name),
    content: () => decode().content,
  };
}
