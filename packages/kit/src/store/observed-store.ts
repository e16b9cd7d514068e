import type { Clock } from "@sluice/core";
import type { Store, StoreCharge } from "@sluice/limiter";
import type { Metrics, Tracing } from "@sluice/telemetry";

/** Who looks on when a store is asked. */
export interface StoreObservers {
  readonly metrics: Pick<Metrics, "decided">;
  readonly tracing: Pick<Tracing, "command"> | undefined;
  readonly clock: Clock;
}

type Commands = Pick<Required<Store>, "take" | "giveBack" | "landed" | "renew" | "observe">;
type Asked = Parameters<Commands[keyof Commands]>[0];

const names: ReadonlyMap<PropertyKey, string> = new Map([
  ["take", "take"],
  ["giveBack", "give_back"],
  ["landed", "landed"],
  ["renew", "renew"],
  ["observe", "observe"],
]);

/** The same store, of which decisions are timed and, where it is asked over a network, commands have spans. */
export function observedStore(store: Store, { metrics, tracing, clock }: StoreObservers): Store {
  const spans = store.immediate === true ? undefined : tracing;

  const run = (command: string, request: Asked, ask: () => unknown): unknown =>
    spans === undefined
      ? ask()
      : spans.command({ name: command, system: "redis", buckets: namesOf(request.charges) }, ask);

  const take: Store["take"] = (request) => {
    const startedMs = clock.now();
    const decided = (): void =>
      request.peek ? undefined : metrics.decided(request.charges[0]?.limit.kind ?? "other", clock.now() - startedMs);
    const reply = run("take", request, () => store.take(request)) as ReturnType<Store["take"]>;
    if (reply instanceof Promise) reply.then(decided, () => undefined);
    else decided();
    return reply;
  };

  const own = new Map<PropertyKey, unknown>([["take", take]]);
  // Everything else is the store's own, whatever it grows: what it has more than the contract is asked for by name.
  return new Proxy(store, {
    get(target, key) {
      if (own.has(key)) return own.get(key);
      const value: unknown = Reflect.get(target, key, target);
      if (typeof value !== "function") return value;
      const bound = (value as (...args: unknown[]) => unknown).bind(target);
      const command = names.get(key);
      const asked =
        command === undefined || spans === undefined
          ? bound
          : (request: Asked) => run(command, request, () => bound(request));
      own.set(key, asked);
      return asked;
    },
  });
}

function namesOf(charges: readonly StoreCharge[]): string[] {
  return charges.map(({ bucket }) => bucket);
}
