import { ConfigError, wholeBetween } from "@sluice/core";
import type { Grant, Limiter } from "../limiter/limiter.js";
import type { TokenBucketLimit } from "../limits/token-bucket.js";
import { untilAborted } from "./until-aborted.js";

/** Whose bytes, and how many. */
export interface ThrottleBytesOptions {
  /** Name of the bucket; all streams that name it share it, in every process. */
  readonly bucket: string;
  /** Tokens are bytes: `tokenBucket({ refillRate: bytesPerSecond, burst: bytes })`. */
  readonly limit: TokenBucketLimit;
  /** Most bytes drawn at a time, so that a stream of crumbs does not ask for each. @defaultValue a twentieth of a second's bytes, at most the burst */
  readonly sliceBytes?: number;
  /** Ends the stream with its reason, also while the source has nothing to read; the source is then closed. */
  readonly signal?: AbortSignal;
  /** Longest wait for one slice. Unit: milliseconds. @defaultValue `Infinity` */
  readonly timeoutMs?: number;
}

/**
 * Passes the chunks of a stream on as fast as the limit allows, unchanged; large ones are cut. Works with every stream of Node and of
 * the web, since all of them can be iterated: `Readable.from(throttleBytes(...))`, `ReadableStream.from(...)`, or `pipeline`. Nothing is read before what came
 * before has been passed on. Bytes drawn and not used go back at the end where nobody waits for them, also when the reader stops early.
 *
 * @throws ConfigError when an option is out of range.
 * @throws LimitExceededError when a slice would have to wait longer than `timeoutMs`; the source is then closed.
 * @throws the signal's own reason when it aborts.
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
  signal?.throwIfAborted();
  let toCome = bytesIn(source);
  let [slice, drawn] = [0, 0];
  let grant: Grant | undefined;
  try {
    for await (const chunk of signal === undefined ? source : untilAborted(source, signal)) {
      let rest = chunk;
      while (rest.byteLength > 0) {
        if (drawn === 0) {
          // Where nobody knows how much comes, twice as much each time: crumbs ask seldom, and a short stream leaves little unused.
          const cost = Math.min(sliceBytes, Math.max(rest.byteLength, toCome ?? slice * 2));
          grant = await limiter.acquire({ bucket, limit, cost }, how);
          slice = drawn = cost;
        }
        signal?.throwIfAborted();
        const piece = rest.subarray(0, drawn);
        rest = rest.subarray(piece.byteLength);
        drawn -= piece.byteLength;
        if (toCome !== undefined) toCome -= piece.byteLength;
        yield piece;
      }
    }
  } finally {
    if (grant !== undefined && drawn > 0)
      await returnUnused(limiter, { bucket, limit, used: slice - drawn }, drawn, grant);
  }
}

/** How many bytes a source has, where it can be known. */
function bytesIn(source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): number | undefined {
  if (!Array.isArray(source)) return undefined;
  let bytes = 0;
  for (const { byteLength } of source as readonly Uint8Array[]) if (byteLength > 0) bytes += byteLength;
  return bytes;
}

/**
 * A slice is given back whole, so what was used of it is taken again before that, and at no time missing; where that cannot be at once, all
 * of it stays spent.
 */
async function returnUnused(
  limiter: Limiter,
  { bucket, limit, used }: { bucket: string; limit: TokenBucketLimit; used: number },
  unused: number,
  slice: Grant,
): Promise<void> {
  try {
    if (used === 0) return await slice.giveBack();
    const again = await limiter.tryAcquire({ bucket, limit, cost: used });
    if (again.kind !== "allowed" || again.grant === undefined) return;
    // What has dripped in since does not come back: when that is more than was not used, it is the second time that goes back.
    const drippedIn = (limit.refillRate * (again.grant.atUs - slice.atUs)) / 1e6;
    await (drippedIn < unused ? slice : again.grant).giveBack();
  } catch {
    // Bytes that cannot be given back are lost, never sent twice.
  }
}
