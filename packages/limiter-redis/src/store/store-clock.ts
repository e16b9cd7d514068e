/** What the store's clock shows now, as far as replies tell; never ahead of it by more than the fastest of them took. */
export interface StoreClock {
  /**
   * A reply that left the store at `storeUs` has just been read.
   *
   * @param askedMs - when its question was asked, on this process's clock.
   */
  heard(storeUs: number, askedMs: number): void;
  /** Unit: microseconds. 0 while nothing has been heard. */
  nowUs(): number;
}

export function createStoreClock(): StoreClock {
  let offsetUs: number | undefined;
  return {
    heard(storeUs, askedMs) {
      // Some answers do not tell the time.
      if (!Number.isFinite(storeUs)) return;
      const leastUs = storeUs - performance.now() * 1000;
      const mostUs = storeUs - askedMs * 1000;
      // A reply that was long on its way, or lay unread while this process stalled, tells less than an earlier one. But what lies outside
      // of what it leaves open says that the store's clock was set.
      if (offsetUs === undefined || offsetUs < leastUs || offsetUs > mostUs) offsetUs = leastUs;
    },
    nowUs: () => (offsetUs === undefined ? 0 : offsetUs + performance.now() * 1000),
  };
}
