import { InvalidArgumentError } from "commander";

/** What every simulator can be told. */
export interface SimulateSettings {
  /** 0 for a free one. */
  readonly port: number;
  readonly speed: number;
  readonly enforce: boolean;
  readonly latencyMs: number | readonly [least: number, most: number];
  /** Share of each limit that somebody unseen uses. */
  readonly stranger: number | undefined;
}

const number = /^\d+(?:\.\d+)?$/;

/** @throws InvalidArgumentError unless it is a port. */
export function readPort(text: string): number {
  return checked(text, /^\d{1,5}$/.test(text) && Number(text) <= 65_535, "a whole number from 0 to 65535");
}

/** @throws InvalidArgumentError unless it is above 0. */
export function readSpeed(text: string): number {
  return checked(text, number.test(text) && Number(text) > 0, "a number above 0");
}

/** @throws InvalidArgumentError unless it is above 0 and at most 1. */
export function readShare(text: string): number {
  return checked(text, number.test(text) && Number(text) > 0 && Number(text) <= 1, "a number above 0 and at most 1");
}

/** Reads `20`, or `20-80` to draw from. @throws InvalidArgumentError when it is neither. */
export function readLatency(text: string): SimulateSettings["latencyMs"] {
  const [least = "", most, ...rest] = text.split("-");
  if (most === undefined) return checked(text, number.test(least), wantedLatency);
  const isRange = number.test(least) && number.test(most) && rest.length === 0 && Number(least) <= Number(most);
  checked(least, isRange, wantedLatency, text);
  return [Number(least), Number(most)];
}

const wantedLatency = "milliseconds, or a range of them such as 20-80";

function checked(text: string, isGood: boolean, wanted: string, given = text): number {
  if (!isGood) throw new InvalidArgumentError(`It must be ${wanted}, got ${given}.`);
  return Number(text);
}
