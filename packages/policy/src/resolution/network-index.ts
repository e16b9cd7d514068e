import { type Network, networkKey, parseNetwork } from "../patterns/network.js";
import { append, type See } from "./index-parts.js";

/** Finds the networks that an address lies in: one look for each length of network there is. */
export class NetworkIndex<Item> {
  readonly #byLength = new Map<number, Map<string, Item[]>>();
  readonly #everywhere: Item[] = [];

  add(value: string, item: Item): void {
    const network = parseNetwork(value);
    if (network === undefined) {
      if (value === "*") this.#everywhere.push(item);
      return;
    }
    const ofLength = this.#byLength.get(network.bits) ?? new Map<string, Item[]>();
    this.#byLength.set(network.bits, ofLength);
    append(ofLength, networkKey(network.parts, network.bits), item);
  }

  visit(network: Network | undefined, see: See<Item>): void {
    for (const item of this.#everywhere) see(item, 0);
    if (network === undefined) return;
    for (const [bits, networks] of this.#byLength) {
      if (bits > network.bits) continue;
      for (const item of networks.get(networkKey(network.parts, bits)) ?? []) see(item, bits + 1);
    }
  }
}
