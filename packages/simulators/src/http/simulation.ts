import type { Ledger } from "../ledger/ledger.js";
import type { Stranger } from "../limits/stranger.js";
import type { Provider } from "./arrival.js";
import { faultQueue, type Fault } from "./fault.js";
import { listen } from "./listen.js";
import { providerRoutes } from "./provider-routes.js";
import type { SimulatorConfig } from "./simulator-options.js";

/** What every running simulator of a REST provider offers. @public */
export interface Simulation extends AsyncDisposable {
  /** Every request and how it was answered. */
  readonly ledger: Ledger;
  /** The unseen client that competes for the limits; absent until it joins or was given as an option. */
  readonly stranger: Stranger;
  /** Now, by the limit clock that also stamps the ledger. Unit: milliseconds since the start, times `speed`. */
  nowMs(): number;
  /**
   * Makes the next request, or the next few, fail in a chosen way. Faults strike in the order they were asked for; their
   * `method` is a route as documented, `GET /repos/{owner}/{repo}`.
   */
  failNext(fault: Fault): void;
  /** Forgets the faults that have not struck yet. */
  clearFaults(): void;
  /** Cuts every connection and frees the port. May be called again. */
  close(): Promise<void>;
}

/** Serves a provider. `base` is the path that its routes are below. */
export async function startSimulation(
  config: SimulatorConfig,
  provider: Provider,
  base = "",
): Promise<Simulation & { readonly origin: string }> {
  const faults = faultQueue();
  const controller = new AbortController();
  const routes = providerRoutes({ ...config, provider, base, faults, closing: controller.signal });
  const listener = await listen((request, bindings) => routes.fetch(request, bindings), { port: config.port });

  const close = async (): Promise<void> => {
    controller.abort();
    await listener.close();
  };
  return {
    origin: listener.origin,
    ledger: config.ledger,
    stranger: config.stranger,
    nowMs: () => config.limitClock.nowMs(),
    failNext: (fault) => faults.add(fault),
    clearFaults: () => faults.clear(),
    close,
    [Symbol.asyncDispose]: close,
  };
}
