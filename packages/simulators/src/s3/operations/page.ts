import { invalidArgument } from "../s3-error.js";
import { compareKeys, firstNotBelow } from "../state/key-order.js";

/** What a page of a list asks for. */
export interface PageRequest {
  readonly prefix: string;
  readonly delimiter: string;
  /** Name after which the page begins. */
  readonly after: string;
  /** Most entries of the page. */
  readonly most: number;
}

/** A page of keys; those with the delimiter after the prefix are summed up by what they have in common. */
export interface Page {
  readonly keys: readonly string[];
  readonly commonPrefixes: readonly string[];
  /** Where the next page begins; absent on the last one. */
  readonly last: string | undefined;
}

/** Most entries of any page. */
const mostEntries = 1_000;

/** Cuts a page out of keys, which must be in S3's order. */
export function pageOf(sorted: readonly string[], { prefix, delimiter, after, most }: PageRequest): Page {
  if (most === 0) return { keys: [], commonPrefixes: [], last: undefined };
  const keys: string[] = [];
  const commonPrefixes: string[] = [];
  let last: string | undefined;
  let index = firstNotBelow(sorted, compareKeys(after, prefix) > 0 ? after : prefix);
  while (index < sorted.length) {
    const key = sorted[index] ?? "";
    if (!key.startsWith(prefix)) break;
    const end = delimiter === "" ? -1 : key.indexOf(delimiter, prefix.length);
    const name = end < 0 ? key : key.slice(0, end + delimiter.length);
    if (key === after) {
      index += 1;
      continue;
    }
    if (name !== after) {
      if (keys.length + commonPrefixes.length === most) return { keys, commonPrefixes, last };
      (end < 0 ? keys : commonPrefixes).push(name);
      last = name;
    }
    index = end < 0 ? index + 1 : firstBeyond(sorted, index, name);
  }
  return { keys, commonPrefixes, last: undefined };
}

/** The first key from an index on that does not begin with a prefix. */
function firstBeyond(sorted: readonly string[], from: number, prefix: string): number {
  let low = from;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]?.startsWith(prefix) === true) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Reads a number of entries. @throws S3Error `InvalidArgument`. */
export function readMost(query: URLSearchParams, name: string): number {
  const text = query.get(name);
  if (text === null || text === "") return mostEntries;
  if (/^\d+$/.test(text)) return Math.min(mostEntries, Number(text));
  throw invalidArgument(name, text, `Provided ${name} not an integer or within integer range`);
}
