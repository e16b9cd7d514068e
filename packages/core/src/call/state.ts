/** Names one typed value in a call's state. Two keys never clash, even with the same label. */
export interface StateKey<Value> {
  readonly label: string;
  /** Only there to carry the type. */
  readonly initial: () => Value;
}

/** A new key; `initial` makes the value that a call starts with. */
export function stateKey<Value>(label: string, initial: () => Value): StateKey<Value> {
  return { label, initial };
}

/** What hooks remember during one logical call. Every call has its own; parallel calls never share one. */
export class CallState {
  #values: Map<StateKey<unknown>, unknown> | undefined;

  /** The value under the key, made by the key's `initial` on first use. */
  get<Value>(key: StateKey<Value>): Value {
    this.#values ??= new Map();
    if (!this.#values.has(key)) this.#values.set(key, key.initial());
    return this.#values.get(key) as Value;
  }

  set<Value>(key: StateKey<Value>, value: Value): void {
    this.#values ??= new Map();
    this.#values.set(key, value);
  }

  has(key: StateKey<unknown>): boolean {
    return this.#values?.has(key) ?? false;
  }
}
