/** Is told what was found and how narrowly: the larger, the narrower. */
export type See<Item> = (item: Item, specificity: number) => void;

/** An exact value is narrower than any pattern, whose narrowness is a number of characters or bits. */
export const EXACT = 10_000;

/** Adds to the list under a key. */
export function append<Key, Item>(map: Map<Key, Item[]>, key: Key, item: Item): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [item]);
  else list.push(item);
}
