import { anObject, type Hook, wholeBetween } from "@sluice/core";
import { isGitHubCall, requestOf } from "../operations/request.js";
import { responseCache } from "./response-cache.js";

/** Bounds of the cache. */
export interface EtagCacheOptions {
  /** Range: whole numbers 1 to 1e6. @defaultValue 1000 */
  readonly maxEntries?: number | undefined;
  /** Of bodies and addresses together. Unit: bytes. Range: whole numbers 1 to 2^40. @defaultValue 16 MiB */
  readonly maxBytes?: number | undefined;
}

/**
 * A hook that asks for pages again by their ETag: what has not changed comes from this process's memory, and its token of the
 * primary limit goes back, since GitHub does not count a 304. Kept apart by account, address, format and token.
 *
 * @throws ConfigError when a bound is out of range.
 */
export function etagCache(options: EtagCacheOptions = {}): Hook {
  anObject("options", options);
  const cache = responseCache({
    maxEntries: wholeBetween("maxEntries", options.maxEntries ?? 1000, 1, 1e6),
    maxBytes: wholeBetween("maxBytes", options.maxBytes ?? 16 * 2 ** 20, 1, 2 ** 40),
  });
  return {
    name: "etag-cache",
    before(call) {
      if (isGitHubCall(call)) requestOf(call).cache = cache;
    },
  };
}
