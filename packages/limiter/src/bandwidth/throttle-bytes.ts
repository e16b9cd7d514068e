import { ConfigError, wholeBetween } from "@sluice/core";
import type { Grant, Limiter } from "../limiter/limiter.js";
import type { TokenBucketLimit } from "../limits/token-bucket.js";

/** Whose bytes, and how many. */
export interface ThrottleBytesOptions {
  /** Name of the bucket; all streams that name it share it, in every process. */
  readonly bucket: string;
  /** Tokens are bytes: `tokenBucket({ refillRate: bytesPerSecond, burst: bytes })`. */
  readonly limit: TokenBucketLimit;
  /** Bytes drawn at a time, so that a stream of crumbs does not ask for each. @defaultValue a twentieth of a second's bytes, at most the burst */
  readonly sliceBytes?: number;
  readonly signal?: AbortSignal;
  /** Longest wait for one slice. Unit: milliseconds. @defaultValue `Infinity` */
  readonly timeoutMs?: number;
}

/**
 * Passes the chunks of a stream on as fast as the limit allows, unchanged; large ones are cut. Works with every stream of Node and of
 * the web, since all of them can be iterated: `Readable.from(throttleBytes(...))`, `ReadableStream.from(...)`, or `pipeline`. Nothing is read before what came
 * before has been passed on. Bytes drawn and not used go back at the end, also when the reader stops early.
 *
 * @throws ConfigError when an option is out of range.
 * @throws LimitExceededError when a slice would have to wait longer than `timeoutMs`; the source is then closed.
 */
export async function* throttleBytes(
  source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  limiter: Limiter,
  options: ThrottleBytesOptions,
): AsyncGenerator<Uint8Array, void, undefined> {
  const { bucket, limit, signal, timeoutMs = Number.POSITIVE_INFINITY } = options;
  if (limit?.kind !== "tokenBucket")
    throw new ConfigError({ option: "limit", accepted: "a tokenBucket() whose tokens are bytes", value: limit });
  const usual = Math.min(limit.burst, Math.max(1, Math.floor(limit.refillRate / 20)));
  const sliceBytes = wholeBetween("sliceBytes", options.sliceBytes ?? usual, 1, limit.burst);
  const how = { timeoutMs, ...(signal === undefined ? {} : { signal }) };
  let drawn = 0;
  let grant: Grant | undefined;
  try {
    for await (const chunk of source) {
      let rest = chunk;
      while (rest.byteLength > 0) {
        if (drawn === 0) {
          grant = await limiter.acquire({ bucket, limit, cost: sliceBytes }, how);
          drawn = sliceBytes;
        }
        const piece = rest.subarray(0, drawn);
        rest = rest.subarray(piece.byteLength);
        drawn -= piece.byteLength;
        yield piece;
      }
    }
  } finally {
    await returnUnused(limiter, { bucket, limit, used: sliceBytes - drawn, sliceBytes }, grant);
  }
}

/** A slice is given back whole, and what was used of it is taken again; where that cannot be at once, nothing goes back. */
async function returnUnused(
  limiter: Limiter,
  { bucket, limit, used, sliceBytes }: { bucket: string; limit: TokenBucketLimit; used: number; sliceBytes: number },
  grant: Grant | undefined,
): Promise<void> {
  if (grant === undefined || used === sliceBytes) return;
  try {
    await grant.giveBack();
    if (used > 0) await limiter.acquire({ bucket, limit, cost: used }, { timeoutMs: 1000 });
  } catch {
    // Bytes that cannot be given back are lost, never sent twice.
  }
}
