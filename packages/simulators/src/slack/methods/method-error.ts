/** An answer of `ok: false` with one of the provider's codes; thrown by a method and turned into the answer. */
export class MethodError extends Error {
  readonly code: string;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(code: string, details: Readonly<Record<string, unknown>> = {}) {
    super(code);
    this.name = "MethodError";
    this.code = code;
    this.details = details;
  }
}
