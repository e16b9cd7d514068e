// #region imports
import { once } from "node:events";
import { createReadStream, createWriteStream } from "node:fs";
import { request } from "node:http";
import { pipeline } from "node:stream/promises";
import { createLimiter, memoryStore, throttleBytes, tokenBucket } from "@sluice/limiter";
// #endregion
import type { IncomingMessage } from "node:http";
import type { Limiter } from "@sluice/limiter";

export async function copied(from: string, to: string): Promise<void> {
  // #region bandwidth
  const limiter = createLimiter({ store: memoryStore() });
  const perSecond = tokenBucket({ refillRate: 400_000, burst: 50_000 }); // tokens are bytes

  await pipeline(
    createReadStream(from),
    (source: AsyncIterable<Uint8Array>) => throttleBytes(source, limiter, { bucket: "backups", limit: perSecond }),
    createWriteStream(to),
  );
  // #endregion
  await limiter.close();
}

/** The same as the body of a request. */
export async function uploaded(body: Uint8Array, url: string, limiter: Limiter): Promise<number | undefined> {
  // #region upload
  const limit = tokenBucket({ refillRate: 1_000_000, burst: 100_000 });
  const upload = request(url, { method: "PUT" });
  const slow = throttleBytes([body], limiter, { bucket: "uploads", limit });
  const [answered] = await Promise.all([once(upload, "response"), pipeline(slow, upload)]);
  // #endregion
  const [response] = answered as [IncomingMessage];
  response.resume();
  return response.statusCode;
}
