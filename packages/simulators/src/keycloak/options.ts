import { positive, wholeAtLeast } from "../checks.js";
import { monotonicClock, wallClock, type Clock } from "../clock.js";
import { latencySource, type Latency } from "../http/latency.js";
import { checkPort } from "../http/simulator-options.js";
import { createLedger, type WritableLedger } from "../ledger/ledger.js";

/** A proxy in front of the server that refuses what is too much; Keycloak itself has no rate limit. @public */
export interface KeycloakProxyLimit {
  /** Unit: requests per second. Range: > 0, and whole numbers per minute. */
  readonly perSecond: number;
  /** Requests at once. Range: whole numbers >= 1. @defaultValue `perSecond`, rounded up */
  readonly burst?: number;
}

/** Settings of a Keycloak simulator. @public */
export interface KeycloakSimulatorOptions {
  /**
   * Realms that are there from the start, beside `master`.
   *
   * @defaultValue none
   */
  readonly realms?: readonly string[];
  /**
   * The only clients that may log in with a secret, and their secrets.
   *
   * @defaultValue every client, with any secret
   */
  readonly clients?: Readonly<Record<string, string>>;
  /**
   * The only users that may log in, and their passwords.
   *
   * @defaultValue every user, with any password
   */
  readonly users?: Readonly<Record<string, string>>;
  /**
   * How long an access token is good. Unit: seconds. Range: whole numbers >= 1.
   *
   * @defaultValue 60, as in a new realm
   */
  readonly tokenLifetimeSeconds?: number;
  /**
   * How long a refresh token is good. Unit: seconds. Range: whole numbers >= 1.
   *
   * @defaultValue 1800, as in a new realm
   */
  readonly refreshLifetimeSeconds?: number;
  /** @defaultValue none */
  readonly limit?: KeycloakProxyLimit;
  /**
   * How many times faster than real time the limit runs; `Retry-After` is in real seconds. Range: > 0.
   *
   * @defaultValue 1
   */
  readonly speed?: number;
  /** Port to listen on. Range: 0 to 65535; 0 takes a free one. @defaultValue 0 */
  readonly port?: number;
  /** How long each answer is held back. Unit: real milliseconds. @defaultValue 0 */
  readonly latencyMs?: Latency;
  /** Most requests the ledger keeps. Range: whole numbers >= 1. @defaultValue 1 000 000 */
  readonly ledgerCapacity?: number;
  /** Clock of limit and ledger, before `speed`. @defaultValue the process's monotonic clock */
  readonly clock?: Clock;
  /** Clock of tokens and timestamps: Unix milliseconds. @defaultValue the system's time */
  readonly wallClock?: Clock;
  /** Source of chance for `latencyMs`: numbers from 0 up to, but not including, 1. @defaultValue `Math.random` */
  readonly random?: () => number;
}

/** Complete settings. */
export interface KeycloakSimulatorConfig {
  readonly realms: readonly string[];
  readonly clients: Readonly<Record<string, string>> | undefined;
  readonly users: Readonly<Record<string, string>> | undefined;
  readonly tokenLifetimeSeconds: number;
  readonly refreshLifetimeSeconds: number;
  readonly limit: { readonly perMinute: number; readonly burst: number } | undefined;
  readonly speed: number;
  readonly port: number;
  readonly nextLatencyMs: () => number;
  readonly ledger: WritableLedger;
  readonly clock: Clock;
  readonly wallClock: Clock;
}

/** Fills defaults and checks every value. */
export function resolveKeycloakSimulator(options: KeycloakSimulatorOptions): KeycloakSimulatorConfig {
  const { limit } = options;
  return {
    realms: [...new Set(["master", ...(options.realms ?? [])])],
    clients: options.clients,
    users: options.users,
    tokenLifetimeSeconds: wholeAtLeast("tokenLifetimeSeconds", options.tokenLifetimeSeconds ?? 60, 1),
    refreshLifetimeSeconds: wholeAtLeast("refreshLifetimeSeconds", options.refreshLifetimeSeconds ?? 1800, 1),
    limit: limit === undefined ? undefined : resolveLimit(limit),
    speed: positive("speed", options.speed ?? 1),
    port: checkPort(options.port ?? 0),
    nextLatencyMs: latencySource(options.latencyMs ?? 0, options.random ?? Math.random),
    ledger: createLedger(options.ledgerCapacity === undefined ? {} : { capacity: options.ledgerCapacity }),
    clock: options.clock ?? monotonicClock,
    wallClock: options.wallClock ?? wallClock,
  };
}

function resolveLimit({ perSecond, burst }: KeycloakProxyLimit): {
  readonly perMinute: number;
  readonly burst: number;
} {
  positive("limit.perSecond", perSecond);
  return {
    perMinute: wholeAtLeast("limit.perSecond times 60", Math.round(perSecond * 60 * 1e6) / 1e6, 1),
    burst: wholeAtLeast("limit.burst", burst ?? Math.ceil(perSecond), 1),
  };
}
