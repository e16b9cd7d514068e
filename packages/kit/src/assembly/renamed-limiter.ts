import type { Charge, Grant, Limiter, LimiterSight } from "@sluice/limiter";

/** The limiter with a prefix before the name of every bucket. */
export function renamedLimiter(limiter: Limiter, prefix: string, account: string): Limiter {
  const named = (charges: Charge | readonly Charge[]): readonly Charge[] =>
    [charges].flat().map((charge) => ({ ...charge, bucket: `${prefix}${charge.bucket}` }));
  const namedGrant = (grant: Grant): Grant => ({
    waitedMs: grant.waitedMs,
    atUs: grant.atUs,
    remaining: grant.remaining,
    ...(grant.askedMs === undefined ? {} : { askedMs: grant.askedMs }),
    giveBack: (buckets) => grant.giveBack(buckets?.map((bucket) => `${prefix}${bucket}`)),
    release: () => grant.release(),
    renew: () => grant.renew(),
    landed: () => grant.landed(),
  });
  return {
    tryAcquire: (charges) => limiter.tryAcquire(named(charges)),
    tryAcquireSync: (charges) => limiter.tryAcquireSync(named(charges)),
    acquire: async (charges, how) => namedGrant(await limiter.acquire(named(charges), how)),
    peek: (charges) => limiter.peek(named(charges)),
    inspect: async (charges, how) =>
      ownPart(await limiter.inspect(charges === undefined ? undefined : named(charges), how), prefix, account),
    reserve: (charges, how) => limiter.reserve(named(charges), how),
    observe: (charges, word) => limiter.observe(named(charges), word),
    get mode() {
      return limiter.mode;
    },
    set mode(mode) {
      limiter.mode = mode;
    },
    close: () => limiter.close(),
  };
}

/** The buckets with this prefix, without it. */
function ownPart(sight: LimiterSight, prefix: string, account: string): LimiterSight {
  const own = sight.buckets.filter(({ bucket }) => bucket.startsWith(prefix));
  const buckets = own.map((one) => Object.freeze({ ...one, account, bucket: one.bucket.slice(prefix.length) }));
  return Object.freeze({ ...sight, account, buckets: Object.freeze(buckets) });
}
