/** Any method of the SDK. */
export type Method = (...args: unknown[]) => unknown;

/** A method that is about to run. */
export interface MethodCall {
  readonly operation: string;
  /** @defaultValue that of the operation */
  readonly verb?: string | undefined;
  readonly args: readonly unknown[];
}

/** Runs a method of the SDK as a call. */
export type MakeCall = (method: MethodCall, invoke: () => unknown) => Promise<unknown>;
