/** Something that `await using` closes. */
export function disposable<Closable extends { close(): Promise<void> }>(thing: Closable): Closable & AsyncDisposable {
  return Object.assign(thing, { [Symbol.asyncDispose]: () => thing.close() });
}
