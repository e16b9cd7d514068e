import { positive } from "../checks.js";
import { monotonicClock, scaledClock, wallClock, type Clock } from "../clock.js";
import { createLedger, type WritableLedger } from "../ledger/ledger.js";
import { createStranger, type StrangerOptions, type StrangerSchedule } from "../limits/stranger.js";
import { latencySource, type Latency } from "./latency.js";

/** Settings that simulators of REST providers share. @public */
export interface SimulatorOptions {
  /**
   * Port to listen on. Range: 0 to 65535; 0 takes a free one.
   *
   * @defaultValue 0
   */
  readonly port?: number;
  /**
   * Whether limits are enforced. Without, requests are still counted and shown in headers, but none is refused.
   *
   * @defaultValue true
   */
  readonly enforce?: boolean;
  /**
   * How many times faster than real time the limits run: at 60 a published hour passes in one real minute. Headers speak
   * of real time: the moment or the wait they give is when the limit is really free, rounded up to whole seconds.
   * Range: > 0.
   *
   * @defaultValue 1
   */
  readonly speed?: number;
  /**
   * How long each answer is held back. Unit: real milliseconds.
   *
   * @defaultValue 0
   */
  readonly latencyMs?: Latency;
  /**
   * An unseen client of the same account that uses a share of each limit; `methods` are names of limits.
   *
   * @defaultValue none
   */
  readonly stranger?: StrangerOptions;
  /**
   * Most requests the ledger keeps. Range: whole numbers >= 1.
   *
   * @defaultValue 1 000 000
   */
  readonly ledgerCapacity?: number;
  /**
   * Clock of the limits, before `speed`.
   *
   * @defaultValue the process's monotonic clock
   */
  readonly clock?: Clock;
  /**
   * Clock of timestamps in data and headers: Unix milliseconds.
   *
   * @defaultValue the system's time
   */
  readonly wallClock?: Clock;
  /**
   * Source of chance for `latencyMs`: numbers from 0 up to, but not including, 1.
   *
   * @defaultValue `Math.random`
   */
  readonly random?: () => number;
}

/** The settings in force. */
export interface SimulatorConfig {
  readonly port: number;
  readonly enforce: boolean;
  readonly speed: number;
  readonly nextLatencyMs: () => number;
  readonly ledger: WritableLedger;
  /** Milliseconds since the start, times `speed`. */
  readonly limitClock: Clock;
  readonly wallClock: Clock;
  readonly stranger: StrangerSchedule;
}

/** Fills defaults and checks every value. */
export function resolveSimulator(options: SimulatorOptions): SimulatorConfig {
  const speed = positive("speed", options.speed ?? 1);
  const limitClock = scaledClock(options.clock ?? monotonicClock, speed);
  return {
    port: checkPort(options.port ?? 0),
    enforce: options.enforce ?? true,
    speed,
    nextLatencyMs: latencySource(options.latencyMs ?? 0, options.random ?? Math.random),
    ledger: createLedger(options.ledgerCapacity === undefined ? {} : { capacity: options.ledgerCapacity }),
    limitClock,
    wallClock: options.wallClock ?? wallClock,
    stranger: createStranger(limitClock, options.stranger),
  };
}

/** A port to listen on; 0 takes a free one. */
export function checkPort(port: number): number {
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port;
  throw new RangeError(`port must be a whole number from 0 to 65535, got ${String(port)}`);
}
