import { type Clock, ConfigError, type Random, systemClock, systemRandom, wholeBetween } from "@sluice/core";
import { type AuditBounds, checkBounds } from "@sluice/limiter";
import type { RedisConnectionOptions } from "../connection/options.js";

/** The control store went, or came back. One event each time, never one per call. */
export type ControlStoreEvent =
  | { readonly type: "control-store-down"; readonly reason: string; readonly message: string }
  | { readonly type: "control-store-up"; readonly downMs: number; readonly message: string };

/** When a change counts as confirmed. */
export interface ConfirmOptions {
  /** How many replicas must have it. Range: whole numbers 1 to 100. */
  readonly replicas: number;
  /** How long they are waited for; after that the change is told not to be confirmed. Unit: milliseconds. Range: whole numbers 1 to 60000. */
  readonly withinMs: number;
}

/**
 * Settings of a control store in Redis.
 *
 * The user of a service that shall append to the audit and never take from it needs, on `prefix:{control:*}:*`: `+evalsha +eval
 * +script|load +time +type +hmget +hgetall +hset +hdel +xadd +xlen +xrange +xrevrange +exists +set +publish +wait`, and the channels of that
 * name; nothing else that writes. Without `+xtrim` its changes do not trim the audit: that is left to the next change of a user who may. Mind that
 * XADD itself takes a bound and that a right to a key cannot forbid one argument: what was taken away that way is found by the digests.
 */
export interface RedisControlStoreOptions extends RedisConnectionOptions, AuditBounds {
  /** Waits after each change until replicas have it. @defaultValue not at all */
  readonly confirm?: ConfirmOptions;
  /** How long a change tries while others keep changing the same space. Unit: milliseconds. Range: whole numbers 100 to 60000. @defaultValue 5000 */
  readonly changeTimeoutMs?: number;
  /** Told once when Redis goes and once when it is back. A failure of this function is a process warning. */
  readonly onEvent?: (event: ControlStoreEvent) => void;
  readonly clock?: Clock;
  readonly random?: Random;
}

/** Complete and checked. */
export interface ControlConfig extends Required<AuditBounds> {
  readonly confirm: ConfirmOptions | undefined;
  readonly changeTimeoutMs: number;
  readonly onEvent: ((event: ControlStoreEvent) => void) | undefined;
  readonly clock: Clock;
  readonly random: Random;
}

/** @throws ConfigError naming the option that is out of range. */
export function resolveControl(options: RedisControlStoreOptions): ControlConfig {
  const { confirm, changeTimeoutMs, onEvent, clock = systemClock, random = systemRandom } = options;
  if (confirm !== undefined && (typeof confirm !== "object" || confirm === null))
    throw new ConfigError({ option: "confirm", accepted: "{ replicas, withinMs }", value: confirm });
  return {
    ...checkBounds(options),
    confirm: confirm && {
      replicas: wholeBetween("confirm.replicas", confirm.replicas, 1, 100),
      withinMs: wholeBetween("confirm.withinMs", confirm.withinMs, 1, 60_000),
    },
    changeTimeoutMs: wholeBetween("changeTimeoutMs", changeTimeoutMs ?? 5000, 100, 60_000),
    onEvent,
    clock,
    random,
  };
}
