import type { Grant } from "./limiter.js";

/** The answer to a question for tokens. */
export type Decision =
  | {
      readonly kind: "allowed";
      /** Whole tokens left in the bucket that has the fewest. */
      readonly remaining: number;
      /** Milliseconds until every bucket asked about is full again, if nobody takes more. */
      readonly resetAfterMs: number;
      /**
       * What was taken, to give it back, or to release the places of concurrency limits. There is none after a `peek`, nor after a
       * `tryAcquireSync` that spent tokens of one bucket alone.
       */
      readonly grant?: Grant;
    }
  | {
      readonly kind: "delayed";
      /** Milliseconds until the same question could be answered yes. */
      readonly retryAfterMs: number;
      /** The bucket that has to be waited for longest. */
      readonly bucket: string;
    }
  | {
      readonly kind: "impossible";
      /** The bucket that can never hold the cost. */
      readonly bucket: string;
      /** The most it can hold. */
      readonly burst: number;
    };
