import { orAborted } from "../breaker/or-aborted.js";

/** What a source has to read until the signal aborts, which ends it with its reason, even while the source has nothing. */
export async function* untilAborted<Value>(
  source: AsyncIterable<Value> | Iterable<Value>,
  signal: AbortSignal,
): AsyncGenerator<Value, void, undefined> {
  const iterator = Symbol.asyncIterator in source ? source[Symbol.asyncIterator]() : source[Symbol.iterator]();
  let open = true;
  try {
    for (;;) {
      // One that fails, or has ended, closes itself.
      open = false;
      signal.throwIfAborted();
      const next = async (): Promise<IteratorResult<Value>> => iterator.next();
      const read = await orAborted(next(), signal);
      if (read.done === true) return;
      open = true;
      yield read.value;
    }
  } finally {
    if (signal.aborted) leave(source, iterator);
    else if (open) await iterator.return?.();
  }
}

/** Closes a source without waiting for it: it may never answer again. */
function leave(source: object, iterator: AsyncIterator<unknown> | Iterator<unknown>): void {
  const closing = async (): Promise<void> => {
    // A stream of Node that is being read closes only so.
    if ("destroy" in source && typeof source.destroy === "function") source.destroy();
    await iterator.return?.();
  };
  closing().catch(() => {});
}
