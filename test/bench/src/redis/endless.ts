/** A bucket that never runs dry within a bench, so that every decision takes the path that writes. */
export const endless = { refillRate: 1e6, burst: 1e9 } as const;
