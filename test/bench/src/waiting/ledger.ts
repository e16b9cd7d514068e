import { type Bound, worstExcess } from "@sluice/test/fleet";

/** Most tokens above the bound in any window, or 0 where it was kept. */
export function excessOf(atUs: readonly number[], bound: Bound): number {
  return atUs.length === 0 ? 0 : Math.max(0, worstExcess(atUs, bound));
}

/** How many of these requests a provider would refuse that counts exactly, without delay, from a full bucket. */
export function refusedByProvider(atUs: readonly number[], { refillRate, burst }: Bound): number {
  let tokens = burst;
  let lastUs: number | undefined;
  let refused = 0;
  for (const us of atUs.toSorted((a, b) => a - b)) {
    tokens = Math.min(burst, tokens + ((us - (lastUs ?? us)) * refillRate) / 1e6);
    lastUs = us;
    // Rounding may hide a hair of a token that is there.
    if (tokens >= 1 - 1e-9) tokens -= 1;
    else refused += 1;
  }
  return refused;
}

/** How long after its token was there each grant arrived: the k-th grant against the k-th token. Unit: milliseconds. */
export function lagsMs(atUs: readonly number[], startUs: number, { refillRate, burst }: Bound): number[] {
  return atUs
    .toSorted((a, b) => a - b)
    .map((us, index) => (us - startUs) / 1000 - (Math.max(0, index + 1 - burst) / refillRate) * 1000);
}

/** Shortest time in which so many grants can be had from a full bucket. Unit: seconds. */
export function idealS(grants: number, { refillRate, burst }: Bound): number {
  return Math.max(0, grants - burst) / refillRate;
}

/** Grants of each process within the first half of all. */
export function sharesAtHalfTime(perProcess: readonly (readonly number[])[]): number[] {
  const all = perProcess.flat().toSorted((a, b) => a - b);
  const halfUs = all[Math.ceil(all.length / 2) - 1] ?? 0;
  return perProcess.map((own) => own.filter((us) => us <= halfUs).length);
}
