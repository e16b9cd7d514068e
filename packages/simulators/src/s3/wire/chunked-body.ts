import { S3Error } from "../s3-error.js";

/** A body taken out of its chunks. */
export interface DecodedBody {
  readonly content: Uint8Array<ArrayBuffer>;
  /** Headers that came after the body, by names in lower case. */
  readonly trailers: ReadonlyMap<string, string>;
}

/**
 * Takes a body apart that was sent as `aws-chunked`: pieces with their size in front and perhaps a signature, which is not
 * checked, then headers that could be known only once the body was sent, such as its checksum.
 *
 * @throws S3Error `IncompleteBody` when a piece is cut off.
 */
export function decodeChunked(body: Uint8Array<ArrayBuffer>): DecodedBody {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  const pieces: Uint8Array[] = [];
  let at = 0;
  for (;;) {
    const { text: head, next } = lineAt(bytes, at);
    const size = Number.parseInt(head, 16);
    if (!/^[0-9a-f]+(?:;|$)/i.test(head)) throw new S3Error("IncompleteBody");
    if (size === 0) return { content: joined(pieces), trailers: readTrailers(bytes.subarray(next)) };
    if (next + size + 2 > bytes.length) throw new S3Error("IncompleteBody");
    pieces.push(bytes.subarray(next, next + size));
    at = next + size + 2;
  }
}

/** Joins pieces into memory of their own, so that the request's can be freed. */
export function joined(pieces: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(pieces.reduce((total, piece) => total + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

function lineAt(bytes: Buffer, from: number): { readonly text: string; readonly next: number } {
  const end = bytes.indexOf("\r\n", from);
  if (end < 0) throw new S3Error("IncompleteBody");
  return { text: bytes.toString("latin1", from, end), next: end + 2 };
}

function readTrailers(bytes: Buffer): ReadonlyMap<string, string> {
  const lines = bytes.toString("latin1").split(/\r?\n/);
  return new Map(
    lines.flatMap((line) => {
      const [, name, value] = /^([^:\s]+):\s*(.*?)\s*$/.exec(line) ?? [];
      return name === undefined || value === undefined ? [] : [[name.toLowerCase(), value] as const];
    }),
  );
}
