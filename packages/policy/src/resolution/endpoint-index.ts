import type { Endpoint } from "../patterns/endpoint.js";
import { type EndpointPattern, matchesEndpoint, parseEndpointPattern } from "../patterns/endpoint-pattern.js";
import { append, EXACT, type See } from "./index-parts.js";

interface Entry<Item> {
  readonly pattern: EndpointPattern;
  readonly item: Item;
}

/** Finds the patterns that an endpoint falls under. Tries those alone that begin with its own first segment, or with a wildcard. */
export class EndpointIndex<Item> {
  readonly #exact = new Map<string, Item[]>();
  readonly #byHead = new Map<string, Entry<Item>[]>();
  readonly #headless: Entry<Item>[] = [];

  add(value: string, item: Item): void {
    const pattern = parseEndpointPattern(value);
    if (pattern === undefined) return;
    if (pattern.exact) return append(this.#exact, pattern.text, item);
    const index = headIndex(pattern.segments);
    const head = pattern.rest >= 0 && pattern.rest <= index ? undefined : pattern.segments[index];
    if (typeof head === "string") append(this.#byHead, head, { pattern, item });
    else this.#headless.push({ pattern, item });
  }

  visit(endpoint: Endpoint, see: See<Item>): void {
    if (endpoint.method !== undefined) for (const item of this.#exact.get(endpoint.text) ?? []) see(item, EXACT + 1);
    for (const item of this.#exact.get(endpoint.path) ?? []) see(item, EXACT);
    const head = endpoint.segments[headIndex(endpoint.segments)] ?? "";
    for (const entries of [this.#byHead.get(head) ?? [], this.#headless]) {
      for (const { pattern, item } of entries) {
        if (matchesEndpoint(pattern, endpoint)) see(item, pattern.specificity);
      }
    }
  }
}

/** A path begins with an empty segment, the name of an operation does not. */
function headIndex(segments: readonly unknown[]): number {
  return segments[0] === "" ? 1 : 0;
}
