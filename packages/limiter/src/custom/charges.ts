import { ConfigError } from "@sluice/core";
import { encodePart } from "../store/encode-part.js";
import type { GiveBackRequest, ObserveRequest, StoreCharge, TakeRequest } from "../store/store.js";
import type { CustomLimit } from "./custom-limit.js";

/** What a unit takes from a bucket under a custom limit. */
export interface CustomCharge {
  readonly bucket: string;
  readonly limit: CustomLimit;
  readonly cost: number;
}

/** A request whose charges may be under custom limits. */
export type Mixed<Request extends TakeRequest | GiveBackRequest | ObserveRequest> = Omit<Request, "charges"> & {
  readonly charges: readonly (StoreCharge | CustomCharge)[];
};

/** A charge with its place among those of the request. */
export interface Placed<Charge> {
  readonly charge: Charge;
  readonly index: number;
}

export function isCustom(charge: StoreCharge | CustomCharge): charge is CustomCharge {
  return charge.limit.kind === "custom";
}

/** Those for the store below. */
export function plainOf(charges: readonly (StoreCharge | CustomCharge)[]): StoreCharge[] {
  return charges.filter((charge): charge is StoreCharge => !isCustom(charge));
}

/** The name of a bucket's state within its scope. */
function stateName({ bucket, limit }: CustomCharge): string {
  return `${encodePart(limit.name)}:${encodePart(bucket)}`;
}

/**
 * Those under custom limits, by the names of their states.
 *
 * @throws ConfigError when one of them is named twice.
 */
export function customOf(charges: readonly (StoreCharge | CustomCharge)[]): Map<string, Placed<CustomCharge>> {
  const placed = new Map<string, Placed<CustomCharge>>();
  for (const [index, charge] of charges.entries()) {
    if (!isCustom(charge)) continue;
    const name = stateName(charge);
    if (placed.has(name))
      throw new ConfigError({
        option: "charges",
        accepted: "a list that names each bucket once",
        value: charge.bucket,
      });
    placed.set(name, { charge, index });
  }
  return placed;
}
