import { oneOf, positive } from "../checks.js";
import { monotonicClock, wallClock, type Clock } from "../clock.js";
import { latencySource, type Latency } from "../http/latency.js";
import { checkPort } from "../http/simulator-options.js";
import { createLedger, type WritableLedger } from "../ledger/ledger.js";
import type { CounterFactory } from "../limits/counter.js";
import { slidingWindow } from "../limits/sliding-window.js";
import type { StrangerOptions } from "../limits/stranger.js";
import { tokenBucket, type Burst } from "../limits/token-bucket.js";
import { defaultOwner, type TokenOwner } from "./authorization.js";
import { slackLimits, type SlackLimits } from "./limits/slack-limits.js";
import { resolveSeeds, type SeedLists, type Seeds } from "./state/seed.js";

/** Settings of a Slack simulator. @public */
export interface SlackSimulatorOptions extends Seeds {
  /**
   * Port to listen on. Range: 0 to 65535; 0 takes a free one.
   *
   * @defaultValue 0
   */
  readonly port?: number;
  /**
   * The only good tokens, and whom each belongs to. Each workspace named here is made and filled.
   *
   * @defaultValue every token that starts with `xox`, all of one app in the workspace `acme`
   */
  readonly tokens?: Readonly<Record<string, TokenOwner>>;
  /**
   * Whether limits are enforced.
   *
   * @defaultValue true
   */
  readonly enforce?: boolean;
  /**
   * How they are: `window` never lets any minute hold more requests than published; `token-bucket` refills at the
   * published rate and allows bursts.
   *
   * @defaultValue `window`
   */
  readonly enforcement?: "window" | "token-bucket";
  /**
   * Size of the buckets of `token-bucket`. Slack publishes none.
   *
   * @defaultValue `{ share: 1 }`, the smallest that never refuses a client which keeps to the number in every minute
   */
  readonly burst?: Burst;
  /** Limits of single methods in place of the published ones. Unit: requests per minute. Range: whole numbers >= 1. */
  readonly limits?: Readonly<Record<string, number>>;
  /**
   * Limit of methods without a published number. Unit: requests per minute. Range: whole numbers >= 1.
   *
   * @defaultValue 60, from the advice to design for one request per second
   * @see https://docs.slack.dev/apis/web-api/rate-limits (read 2026-09)
   */
  readonly defaultPerMinute?: number;
  /**
   * How many times faster than real time the limits run: at 60 a published minute passes in one real second.
   * `Retry-After` is then in real seconds; being whole and at least 1, it may ask for far more limit time than is needed.
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
   * An unseen client of the same app that uses a share of each limit.
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
   * Clock of timestamps in the data: Unix milliseconds.
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

/** Complete settings. */
export interface SlackSimulatorConfig {
  readonly port: number;
  readonly tokens: Readonly<Record<string, TokenOwner>> | undefined;
  readonly workspaces: readonly string[];
  readonly seeds: SeedLists;
  readonly enforce: boolean;
  readonly makeCounter: CounterFactory;
  readonly limits: SlackLimits;
  readonly speed: number;
  readonly nextLatencyMs: () => number;
  readonly stranger: StrangerOptions | undefined;
  readonly ledger: WritableLedger;
  readonly clock: Clock;
  readonly wallClock: Clock;
}

/** Fills defaults and checks every value. */
export function resolveSlackSimulator(options: SlackSimulatorOptions): SlackSimulatorConfig {
  const enforcement = oneOf("enforcement", options.enforcement ?? "window", ["window", "token-bucket"]);
  const burst = options.burst ?? { share: 1 };
  const owners = options.tokens === undefined ? [defaultOwner] : Object.values(options.tokens);
  if (owners.length === 0) throw new RangeError("tokens must name at least one token, got none");
  const bucket: CounterFactory = (perMinute) => tokenBucket(perMinute, burst);
  bucket(1);
  return {
    port: checkPort(options.port ?? 0),
    tokens: options.tokens,
    workspaces: [...new Set(owners.map((owner) => owner.team))],
    seeds: resolveSeeds(options),
    enforce: options.enforce ?? true,
    makeCounter: enforcement === "window" ? slidingWindow : bucket,
    limits: slackLimits({ limits: options.limits ?? {}, defaultPerMinute: options.defaultPerMinute ?? 60 }),
    speed: positive("speed", options.speed ?? 1),
    nextLatencyMs: latencySource(options.latencyMs ?? 0, options.random ?? Math.random),
    stranger: options.stranger,
    ledger: createLedger(options.ledgerCapacity === undefined ? {} : { capacity: options.ledgerCapacity }),
    clock: options.clock ?? monotonicClock,
    wallClock: options.wallClock ?? wallClock,
  };
}
