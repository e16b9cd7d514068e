import { encodePart, type StoreCharge } from "@sluice/limiter";

/** Names of everything a store keeps. One hash tag a scope, so that all of an account lives on one node. */
export interface Keys {
  bucket(scope: string, charge: Pick<StoreCharge, "bucket" | "limit">): string;
  channel(scope: string): string;
  readonly presence: string;
}

const letters = {
  tokenBucket: "t",
  leakyBucket: "l",
  slidingWindow: "w",
  fixedWindow: "f",
  slidingWindowCounter: "s",
  concurrency: "c",
} as const;
const MOST_REMEMBERED = 10_000;

export function createKeys(prefix: string): Keys {
  const encoded = new Map<string, string>();
  const encode = (bucket: string): string => {
    let part = encoded.get(bucket);
    if (part === undefined) {
      if (encoded.size >= MOST_REMEMBERED) encoded.clear();
      part = encodePart(bucket);
      encoded.set(bucket, part);
    }
    return part;
  };
  return {
    bucket: (scope, { bucket, limit }) => `${prefix}:{${scope}}:${letters[limit.kind]}:${encode(bucket)}`,
    channel: (scope) => `${prefix}:{${scope}}:news`,
    presence: `${prefix}:{presence}`,
  };
}
