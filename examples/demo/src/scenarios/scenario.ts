import type { Ledger } from "@sluice/simulators";

/** One provider, and what a busy program does there. */
export interface Scenario {
  readonly provider: string;
  /** What makes the client with limits. */
  readonly factory: string;
  /** Length of the provider's window, on its own clock. Unit: milliseconds. */
  readonly windowMs: number;
  readonly kinds: readonly Kind[];
  /** Starts a local server that enforces the provider's limits. */
  start(options: SimulatorSettings): Promise<RunningSimulator>;
  /** Makes one worker's client. */
  connect(orders: Orders): Worker;
}

/** One kind of call, and how many of it the limits allow in a window. */
export interface Kind {
  /** As the ledger names it. */
  readonly name: string;
  readonly perWindow: number;
}

/** How a simulator lives. */
export interface SimulatorSettings {
  /** How much faster than real time. */
  readonly speed: number;
  /** Whether it refuses what is above a limit, or only counts it. */
  readonly enforce: boolean;
}

/** The part of a simulator that the demo reads. */
export interface RunningSimulator extends AsyncDisposable {
  readonly url: string;
  readonly ledger: Ledger;
}

/** What a worker is to do. */
export interface Orders {
  readonly provider: string;
  readonly how: "plain" | "factory";
  readonly url: string;
  readonly worker: number;
  readonly workers: number;
  /** Windows of quota that the workload needs. */
  readonly windows: number;
  readonly speed: number;
  readonly redis: string | undefined;
}

/** A client at work. */
export interface Worker {
  /** Makes one call. Rejects when the provider refused it for good. */
  run(kind: string, index: number): Promise<unknown>;
  close(): Promise<void>;
}
