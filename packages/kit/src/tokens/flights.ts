/** Work under way by name, which callers join instead of beginning it anew. */
export interface Flights<Value> {
  /**
   * Joins the work of that name, or begins it. A caller that aborts leaves with its own reason; the work is aborted when the last
   * one has left.
   */
  join(name: string, begin: (signal: AbortSignal) => Promise<Value>, signal?: AbortSignal): Promise<Value>;
}

interface Flight<Value> {
  readonly outcome: Promise<Value>;
  readonly controller: AbortController;
  aboard: number;
}

export function createFlights<Value>(): Flights<Value> {
  const flying = new Map<string, Flight<Value>>();

  const start = (name: string, begin: (signal: AbortSignal) => Promise<Value>): Flight<Value> => {
    const controller = new AbortController();
    const flight: Flight<Value> = { outcome: begin(controller.signal), controller, aboard: 0 };
    flying.set(name, flight);
    const land = (): void => {
      if (flying.get(name) === flight) flying.delete(name);
    };
    flight.outcome.then(land, land);
    return flight;
  };

  return {
    join(name, begin, signal) {
      if (signal?.aborted === true) return Promise.reject(signal.reason);
      const flight = flying.get(name) ?? start(name, begin);
      flight.aboard += 1;
      return new Promise<Value>((resolve, reject) => {
        const onAbort = (): void => {
          leave();
          reject(signal?.reason);
          if (flight.aboard > 0) return;
          // Whoever comes now begins anew, not with work that was given up.
          if (flying.get(name) === flight) flying.delete(name);
          flight.controller.abort(signal?.reason);
        };
        const leave = (): void => {
          flight.aboard -= 1;
          signal?.removeEventListener("abort", onAbort);
        };
        signal?.addEventListener("abort", onAbort, { once: true });
        flight.outcome.then(
          (value) => (leave(), resolve(value)),
          (error: unknown) => (leave(), reject(error)),
        );
      });
    },
  };
}
