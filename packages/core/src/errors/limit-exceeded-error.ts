import { SluiceError } from "./sluice-error.js";

/** Which limit refused, and when to come back. */
export interface LimitExceededDetails {
  /** Name of the bucket that refused. */
  readonly bucket: string;
  /** Milliseconds until the same request could be granted. */
  readonly retryAfterMs: number;
  /** Provider whose quota it is, when known. */
  readonly provider?: string | undefined;
  /** Account whose quota it is, when known. */
  readonly account?: string | undefined;
  /** What the caller was doing, for the message. */
  readonly reason?: string | undefined;
}

/** A limit said no: the wait would outlast the deadline. Nothing was taken. Code `LIMIT_EXCEEDED`. */
export class LimitExceededError extends SluiceError<"LIMIT_EXCEEDED"> {
  readonly bucket: string;
  readonly retryAfterMs: number;
  readonly provider: string | undefined;
  readonly account: string | undefined;

  constructor(details: LimitExceededDetails) {
    const whose = details.provider === undefined ? "" : ` of ${details.provider} account ${details.account ?? "?"}`;
    const why = details.reason === undefined ? "" : ` (${details.reason})`;
    super(
      "LIMIT_EXCEEDED",
      `Limit ${details.bucket}${whose} refused${why}: retry after ${Math.ceil(details.retryAfterMs)} ms`,
    );
    this.bucket = details.bucket;
    this.retryAfterMs = details.retryAfterMs;
    this.provider = details.provider;
    this.account = details.account;
  }
}
