/** Tokens are counted in millionths, as whole numbers: a rate in tokens per second is millionths per microsecond. */
export const MICRO = 1e6;

/** What drips in, rounded down. Unit: millionths of a token. */
export function gain(rate: number, elapsedUs: number): number {
  return Math.floor(Math.max(0, elapsedUs) * rate);
}

/** The shortest time after which `gain` is at least this much. Unit: microseconds. */
export function timeToGain(rate: number, micro: number): number {
  if (micro <= 0) return 0;
  let elapsedUs = Math.ceil(micro / rate);
  // Division and multiplication round apart by at most one step.
  while (Math.floor(elapsedUs * rate) < micro) elapsedUs += 1;
  return elapsedUs;
}
