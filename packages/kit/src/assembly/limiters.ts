import { SluiceError, systemClock } from "@sluice/core";
import {
  createLimiter,
  encodePart,
  type InspectOptions,
  type Limiter,
  type LimiterSight,
  type SightMode,
} from "@sluice/limiter";
import type { Metrics } from "@sluice/telemetry";
import type { ApiOptions } from "../options/api-options.js";
import { observedStore } from "../store/observed-store.js";
import type { StoreLease } from "../store/shared-stores.js";
import type { VendorParts } from "./assemble.js";
import type { Observers } from "./observers.js";
import { renamedLimiter } from "./renamed-limiter.js";

/** The limiters of a client, one for each account. */
export interface Limiters {
  /** Made on first use. */
  readonly of: (account: string) => Limiter;
  /** A look at all that were asked. */
  readonly inspect: (options: InspectOptions) => Promise<readonly LimiterSight[]>;
  /** Where the buckets are, before any limiter was asked. */
  readonly storeMode: () => SightMode;
  readonly close: () => Promise<void>;
}

export function createLimiters(
  options: ApiOptions,
  vendor: Pick<VendorParts, "provider">,
  leaseOf: () => StoreLease,
  { metrics, tracing }: Pick<Observers, "tracing"> & { readonly metrics: Metrics },
): Limiters {
  if (options.limiter !== undefined) return onlyLimiter(options.limiter);
  const { store: shared, mode } = leaseOf();
  const store = observedStore(shared, { metrics, tracing, clock: options.clock ?? systemClock });
  metrics.storeMode(mode);
  const byAccount = new Map<string, Limiter>();
  let over = false;
  return {
    of(account) {
      let limiter = byAccount.get(account);
      if (limiter === undefined) {
        if (over) throw closed();
        limiter = createLimiter({
          store,
          provider: vendor.provider,
          account,
          ...(options.clock === undefined ? {} : { clock: options.clock }),
        });
        byAccount.set(account, limiter);
      }
      return limiter;
    },
    inspect(how) {
      if (over) throw closed();
      return Promise.all([...byAccount.values()].map((limiter) => limiter.inspect(undefined, how)));
    },
    storeMode: () => (Reflect.get(shared, "mode") as SightMode | undefined) ?? "memory",
    async close() {
      over = true;
      await Promise.all([...byAccount.values()].map((limiter) => limiter.close()));
    },
  };
}

export function closed(): SluiceError {
  return new SluiceError("LIMITER_CLOSED", "The client is closed; make a new one to go on");
}

/** A limiter of the user's stands for one account, the one first asked for; others keep their buckets apart by name. */
function onlyLimiter(own: Limiter): Limiters {
  let first: string | undefined;
  const others = new Map<string, Limiter>();
  const prefixOf = (account: string): string => `${encodePart(account)}|`;
  return {
    of(account) {
      if ((first ??= account) === account) return own;
      let other = others.get(account);
      if (other === undefined) others.set(account, (other = renamedLimiter(own, prefixOf(account), account)));
      return other;
    },
    async inspect(how) {
      const prefixes = [...others.keys()].map(prefixOf);
      const whole = await own.inspect(undefined, how);
      const mine = whole.buckets.filter(({ bucket }) => !prefixes.some((prefix) => bucket.startsWith(prefix)));
      const rest = await Promise.all([...others.values()].map((other) => other.inspect(undefined, how)));
      return [{ ...whole, buckets: mine }, ...rest];
    },
    storeMode: () => "memory",
    close: async () => {},
  };
}
