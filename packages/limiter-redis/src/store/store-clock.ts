/** What the store's clock shows now, as far as replies tell; never ahead of it by more than the reply took. */
export interface StoreClock {
  /** A reply that left the store at `storeUs` has just been read. */
  heard(storeUs: number): void;
  /** Unit: microseconds. 0 while nothing has been heard. */
  nowUs(): number;
}

export function createStoreClock(): StoreClock {
  let offsetUs: number | undefined;
  return {
    heard(storeUs) {
      offsetUs = storeUs - performance.now() * 1000;
    },
    nowUs: () => (offsetUs === undefined ? 0 : offsetUs + performance.now() * 1000),
  };
}
