import { SluiceError } from "./sluice-error.js";

/** Which limit refused, and when to come back. */
export interface LimitExceededDetails {
  /** Name of the bucket that refused. */
  readonly bucket: string;
  /** Milliseconds until the same request could be granted. `Infinity` when waiting cannot help. */
  readonly retryAfterMs: number;
  /** Provider whose quota it is, when known. */
  readonly provider?: string | undefined;
  /** Account whose quota it is, when known. */
  readonly account?: string | undefined;
  /** What the caller was doing, for the message. */
  readonly reason?: string | undefined;
}

/**
 * A limit said no: the wait would outlast the deadline (`LIMIT_EXCEEDED`), or the cost can never fit (`LIMIT_IMPOSSIBLE`).
 * Nothing was taken.
 */
export class LimitExceededError extends SluiceError<"LIMIT_EXCEEDED" | "LIMIT_IMPOSSIBLE"> {
  readonly bucket: string;
  readonly retryAfterMs: number;
  readonly provider: string | undefined;
  readonly account: string | undefined;

  constructor(details: LimitExceededDetails) {
    const whose = details.provider === undefined ? "" : ` of ${details.provider} account ${details.account ?? "?"}`;
    const possible = Number.isFinite(details.retryAfterMs);
    const when = possible
      ? `retry after ${Math.ceil(details.retryAfterMs)} ms`
      : "the cost is above the burst, waiting cannot help";
    super(
      possible ? "LIMIT_EXCEEDED" : "LIMIT_IMPOSSIBLE",
      `Limit ${details.bucket}${whose} refused${details.reason === undefined ? "" : ` (${details.reason})`}: ${when}`,
    );
    this.bucket = details.bucket;
    this.retryAfterMs = details.retryAfterMs;
    this.provider = details.provider;
    this.account = details.account;
  }
}
