/** A value that is there, or will be. */
export type NowOrLater<Value> = Value | Promise<Value>;

/** Goes on with a value, at once where it is there: a promise for every step takes longer than most of the steps. */
export function after<Value, Next>(
  value: NowOrLater<Value>,
  next: (value: Value) => NowOrLater<Next>,
): NowOrLater<Next> {
  return value instanceof Promise ? value.then(next) : next(value);
}
