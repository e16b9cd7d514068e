/** The answer to a question for tokens. */
export type Decision =
  | {
      readonly kind: "allowed";
      /** Whole tokens left in the bucket that has the fewest. */
      readonly remaining: number;
      /** Milliseconds until every bucket asked about is full again, if nobody takes more. */
      readonly resetAfterMs: number;
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
