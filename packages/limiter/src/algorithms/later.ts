import { gain } from "./drip.js";

/** A debit that is still to come. */
export interface Later {
  readonly atUs: number;
  /** Millionths of a token. */
  micro: number;
}

/** Puts a debit in its place by time; those of one instant become one. */
export function insertLater(debits: Later[], later: Later): void {
  let index = debits.length;
  while (index > 0 && (debits[index - 1] as Later).atUs > later.atUs) index -= 1;
  const same = debits[index - 1];
  if (same !== undefined && same.atUs === later.atUs) same.micro += later.micro;
  else debits.splice(index, 0, later);
}

/** For each debit to come, the least level before it that suffices for it and all behind it. */
export function enoughForLater(debits: readonly Later[], rate: number, cap: number): number[] {
  const enough: number[] = Array.from({ length: debits.length });
  let behind = Number.NEGATIVE_INFINITY;
  for (let index = debits.length - 1; index >= 0; index -= 1) {
    const { atUs, micro } = debits[index] as Later;
    const following = debits[index + 1];
    const forOthers = following === undefined ? behind : micro + behind - gain(rate, following.atUs - atUs);
    behind = Math.max(Math.min(micro, cap), forOthers);
    enough[index] = behind;
  }
  return enough;
}
