/** The machine's monotonic clock, one for all its processes, whatever somebody does to the date. Unit: microseconds. */
export function nowUs(): number {
  return Number(process.hrtime.bigint()) / 1000;
}

export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.max(0, ms)));
}

/** Waits until an instant of `nowUs`. */
export function sleepUntil(us: number): Promise<void> {
  return sleep((us - nowUs()) / 1000);
}

/** A turn of the event loop. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
