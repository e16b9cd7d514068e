/** What calls do while the store cannot be asked. */
export type OnStoreError = "local" | "open" | "closed";

/** The store went, came back, or is not what it should be though it answers. One event each time, never one per call. */
export type StoreEvent =
  | {
      readonly type: "store-down";
      readonly mode: OnStoreError;
      readonly reason: string;
      readonly peers: number;
      readonly message: string;
    }
  | { readonly type: "store-up"; readonly downMs: number; readonly message: string }
  | { readonly type: "store-warning"; readonly message: string };
