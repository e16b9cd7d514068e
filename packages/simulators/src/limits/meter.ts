/** How far a limit is used up at a moment. */
export interface MeterReading {
  /** Units taken that still count. */
  readonly used: number;
  /** When all that was taken has stopped counting, or the window in force ends. Unit: limit-clock milliseconds. */
  readonly resetMs: number;
}

/** A limit whose requests may cost more than one unit. Times come from the caller and never go back. */
export interface Meter {
  /** Most units it lets through at a time. */
  readonly limit: number;
  /** What is used now. */
  read(nowMs: number): MeterReading;
  /** When so many more units fit: `nowMs` itself if they fit now, else the first later moment, or never. */
  freeAtMs(cost: number, nowMs: number): number;
  /** Takes units now, whether they fit or not. */
  take(cost: number, nowMs: number): void;
}

/** A limit and the time it is counted over. */
export interface MeterSettings {
  /** Unit: requests or points per window. Range: whole numbers >= 0. */
  readonly limit: number;
  readonly windowMs: number;
}
