/**
 * Where the limiter's state lives: `shared` in Redis; `local`, `open` or `closed` while Redis is away, as `onStoreError` says;
 * `memory` in this process by choice.
 */
export type StoreMode = "shared" | "local" | "open" | "closed" | "memory";

/** Every mode, so that those without clients can be shown as 0. */
export const storeModes: readonly StoreMode[] = ["shared", "local", "open", "closed", "memory"];
