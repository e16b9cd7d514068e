import { S3Error } from "../s3-error.js";

/** Bytes from the first to the last, both included. */
export interface ByteRange {
  readonly first: number;
  readonly last: number;
}

/**
 * Reads `bytes=0-9`, `bytes=10-` or `bytes=-5` for a body of a size. Undefined when there is none, or it is of a kind that
 * S3 leaves alone.
 *
 * @throws S3Error `InvalidRange` when the body has none of it.
 */
export function readRange(text: string | undefined, size: number): ByteRange | undefined {
  const [, from, to] = /^bytes=(\d*)-(\d*)$/.exec(text ?? "") ?? [];
  if (from === undefined || to === undefined || (from === "" && to === "")) return undefined;
  const first = from === "" ? Math.max(0, size - Number(to)) : Number(from);
  const last = from === "" || to === "" ? size - 1 : Math.min(Number(to), size - 1);
  if (from !== "" && to !== "" && Number(from) > Number(to)) return undefined;
  if (first >= size) {
    throw new S3Error("InvalidRange", [
      ["RangeRequested", text],
      ["ActualObjectSize", size],
    ]);
  }
  return { first, last };
}

/** The range that a part of an object takes up. @throws S3Error `InvalidPart` when it has no such part. */
export function rangeOfPart(partSizes: readonly number[], number: number): ByteRange | undefined {
  const size = partSizes[number - 1];
  if (size === undefined) {
    if (partSizes.length === 0 && number === 1) return undefined;
    throw new S3Error("InvalidPart");
  }
  const first = partSizes.slice(0, number - 1).reduce((total, before) => total + before, 0);
  return { first, last: first + size - 1 };
}
