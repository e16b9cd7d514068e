import { parseTextPattern } from "../patterns/text-pattern.js";
import { append, EXACT, type See } from "./index-parts.js";

/** Finds what belongs to a text: by the very text, and by how it begins. A miss costs one look for each length of beginning. */
export class TextIndex<Item> {
  readonly #exact = new Map<string, Item[]>();
  readonly #beginnings = new Map<number, Map<string, Item[]>>();

  add(value: string, item: Item): void {
    const { text, prefix } = parseTextPattern(value) ?? { text: value, prefix: false };
    if (!prefix) return append(this.#exact, text, item);
    const ofLength = this.#beginnings.get(text.length) ?? new Map<string, Item[]>();
    this.#beginnings.set(text.length, ofLength);
    append(ofLength, text, item);
  }

  visit(text: string, see: See<Item>, exact: string = text): void {
    for (const item of this.#exact.get(exact) ?? []) see(item, EXACT);
    for (const [length, beginnings] of this.#beginnings) {
      if (length > text.length) continue;
      for (const item of beginnings.get(text.slice(0, length)) ?? []) see(item, length);
    }
  }
}
