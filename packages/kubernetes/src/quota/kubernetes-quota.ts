import type { Quota, TokenBucketLimit } from "@sluice/limiter";

/**
 * Every request takes one token from the cluster's bucket. The server publishes no rate, it limits what runs at a time; the bucket is the
 * one that client-go keeps in each process, kept here once for the fleet.
 */
export function createKubernetesQuota(limit: TokenBucketLimit, identity: string | undefined): Quota {
  const charges = [{ bucket: identity === undefined ? "requests" : `requests:${identity}`, limit }];
  return () => charges;
}
