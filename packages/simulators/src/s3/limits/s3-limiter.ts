import { contestedMeter } from "../../limits/contested-meter.js";
import { meterTable } from "../../limits/meter-table.js";
import { slidingMeter } from "../../limits/sliding-meter.js";
import type { StrangerSchedule } from "../../limits/stranger.js";
import type { S3Request } from "../request.js";

/** Length of the window that S3's rates speak of. */
const windowMs = 1_000;

/** A limit that a request is counted against. */
export interface S3Charge {
  readonly limit: "reads" | "writes";
  /** Bucket and prefix: `acme` or `acme/logs/2026`. */
  readonly prefix: string;
}

/** Requests about objects although they name no key. */
const aboutObjects: ReadonlySet<string> = new Set([
  "ListObjects",
  "ListObjectsV2",
  "ListObjectVersions",
  "ListMultipartUploads",
  "DeleteObjects",
]);

/** What a request takes one of; undefined for the management of buckets, for which no rate is published. */
export function chargeOf(operation: string, request: S3Request, prefixDepth: number): S3Charge | undefined {
  const { verb, bucket, key, query } = request;
  if (bucket === undefined || (key === undefined && !aboutObjects.has(operation))) return undefined;
  const folders = (key ?? query.get("prefix") ?? "").split("/").slice(0, -1).slice(0, prefixDepth);
  return {
    limit: verb === "GET" || verb === "HEAD" ? "reads" : "writes",
    prefix: [bucket, ...folders].join("/"),
  };
}

/** Rates of one prefix. Unit: requests per second. */
export interface S3Rates {
  readonly reads: number;
  readonly writes: number;
}

/** Decides requests by the enforced rates. */
export interface S3Limiter {
  /** Decides one request now, by the limit clock, and counts it if it may pass. */
  admits(charge: S3Charge, nowMs: number): boolean;
}

/** No window of a second, wherever it begins, holds more of a prefix than its rate; the stranger uses each of them too. */
export function s3Limiter(rates: S3Rates, stranger: StrangerSchedule): S3Limiter {
  const table = meterTable();
  return {
    admits({ limit, prefix }, nowMs) {
      const rate = rates[limit];
      const meter = table.get(`${limit} ${prefix}`, nowMs, () =>
        contestedMeter(slidingMeter({ limit: rate, windowMs }), windowMs, (afterMs, untilMs) =>
          stranger.dueBetween(limit, (rate * 60_000) / windowMs, afterMs, untilMs).map(({ dueMs }) => dueMs),
        ),
      );
      if (meter.freeAtMs(1, nowMs) > nowMs) return false;
      meter.take(1, nowMs);
      return true;
    },
  };
}
