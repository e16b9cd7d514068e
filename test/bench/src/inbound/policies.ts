import type { Policy } from "@sluice/policy";

/** What everybody is measured at: far above what a round spends, so that every decision takes the path that writes. */
export const perUser: Policy = { name: "per-user", scope: "user", windows: [{ limit: 100_000, per: "minute" }] };

/** As wide as a policy can be, for those who decide millions of times. */
export const wide: Policy = { name: "per-user", scope: "user", windows: [{ limit: 2_000_000_000, per: "minute" }] };

/** So narrow that almost everybody who comes often is refused. */
export const narrow: Policy = { name: "per-user", scope: "user", windows: [{ limit: 10, per: "minute" }] };

/** So slow that a bucket of which one token was taken is still in use at the end. */
export const slow: Policy = { name: "per-user", scope: "user", windows: [{ limit: 100, per: "day" }] };

/** Names of users, of one length. */
export function usersNamed(prefix: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `${prefix}${String(index).padStart(7, "0")}`);
}
