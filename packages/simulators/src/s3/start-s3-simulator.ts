import { faultQueue } from "../http/fault.js";
import { listen } from "../http/listen.js";
import type { Simulation } from "../http/simulation.js";
import { s3Exchange } from "./exchange.js";
import { s3Limiter } from "./limits/s3-limiter.js";
import { resolveS3Simulator, type S3SimulatorOptions } from "./options.js";
import { s3Routes } from "./routes.js";
import type { S3State } from "./state/model.js";
import { fillS3 } from "./state/fill.js";
import { createS3State } from "./state/state.js";

/** A running S3 simulator. @public */
export interface S3Simulator extends Simulation {
  /**
   * The service's address, for the client's `endpoint`: `http://127.0.0.1:<port>`. Buckets are then named in the path;
   * by `http://localhost:<port>` they may be named in the host too.
   */
  readonly url: string;
  /** What the simulated S3 holds. */
  readonly state: S3State;
  /** Makes the next requests fail. Faults go by the names of operations: `PutObject`, `ListObjectsV2`. */
  failNext: Simulation["failNext"];
}

/**
 * Starts a server on the loopback interface that behaves like S3 and enforces its published request rates per prefix.
 *
 * @throws RangeError when an option is out of range.
 * @public
 */
export async function startS3Simulator(options: S3SimulatorOptions = {}): Promise<S3Simulator> {
  const config = resolveS3Simulator(options);
  const state = createS3State(config.maxBytes, () => config.wallClock.nowMs());
  fillS3(state, config);
  const exchange = s3Exchange(config, state, s3Limiter(config.rates, config.stranger));
  const faults = faultQueue();
  const controller = new AbortController();
  const routes = s3Routes({ ...config, exchange, faults, closing: controller.signal });
  const listener = await listen((request, bindings) => routes.fetch(request, bindings), { port: config.port });

  const close = async (): Promise<void> => {
    controller.abort();
    await listener.close();
  };
  return {
    url: listener.origin,
    state,
    ledger: config.ledger,
    stranger: config.stranger,
    nowMs: () => config.limitClock.nowMs(),
    failNext: (fault) => faults.add(fault),
    clearFaults: () => faults.clear(),
    close,
    [Symbol.asyncDispose]: close,
  };
}
