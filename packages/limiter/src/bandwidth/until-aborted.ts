import { onAbort } from "@sluice/core";

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
      const read = await nextOrAborted(iterator, signal);
      if (read.done === true) return;
      open = true;
      yield read.value;
    }
  } finally {
    if (signal.aborted) leave(source, iterator);
    else if (open) await iterator.return?.();
  }
}

/** What comes next, or the signal's reason. Nothing stays with the signal, however many streams it ends and however long it lives. */
function nextOrAborted<Value>(
  iterator: AsyncIterator<Value> | Iterator<Value>,
  signal: AbortSignal,
): Promise<IteratorResult<Value>> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const off = onAbort(signal, () => reject(signal.reason));
    const next = async (): Promise<IteratorResult<Value>> => iterator.next();
    next().then(resolve, reject).finally(off);
  });
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
