import type { ErrorCode } from "./codes.js";
import { oneLine } from "./one-line.js";

const brand = Symbol.for("@sluice/core/error");

/**
 * The root of every error that Sluice itself makes. Recognise it with {@link isSluiceError}: two copies of the package may
 * be installed, and `instanceof` knows only one of them.
 */
export class SluiceError<Code extends ErrorCode = ErrorCode> extends Error {
  static {
    Object.defineProperty(this.prototype, brand, { value: true });
  }

  /** Stable name of the failure; see `errorCodes`. */
  readonly code: Code;

  constructor(code: Code, message: string, options?: ErrorOptions) {
    // Names of buckets, hooks and operations come from outside, and logs take one line per event.
    super(oneLine(message), options);
    this.name = new.target.name;
    this.code = code;
  }
}

/** Whether the value is an error of Sluice, whichever copy of the package made it. */
export function isSluiceError(value: unknown): value is SluiceError {
  return typeof value === "object" && value !== null && brand in value;
}
