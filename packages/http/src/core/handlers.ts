import type { PolicyEngine } from "@sluice/policy";

/** What a middleware of rate limits has beside being one. */
export interface RateLimitControls {
  /** Decides; its metrics, overrides and switches are here. */
  readonly engine: PolicyEngine;
  /** Closes the engine that was made here; one that was handed in stays open. */
  close(): Promise<void>;
}

/** What a middleware of places has beside being one. */
export interface ConcurrencyControls {
  /** Requests of this process that hold a place. */
  readonly active: number;
  readonly waiting: number;
  close(): Promise<void>;
}

/** What a middleware that sheds load has beside being one. */
export interface SheddingControls {
  readonly shedding: boolean;
  close(): void;
}

/** A function with the figures and switches of its gate; figures are read when they are asked for. */
export function withControls<Handler extends object, Controls extends object>(
  handler: Handler,
  gate: Controls,
  names: readonly (keyof Controls & string)[],
): Handler & Controls {
  for (const name of names) Object.defineProperty(handler, name, { get: () => gate[name], enumerable: true });
  return handler as Handler & Controls;
}
