import { type Limit, type TakeRequest, tokenBucket } from "@sluice/limiter";

/** A kind of question, as limiters put it to the store. */
export interface Shape {
  readonly name: string;
  readonly question: Pick<TakeRequest, "count" | "ahead" | "group" | "withinMs">;
  readonly limit: Limit;
  /** Buckets that are asked in turn, each in an account of its own. */
  readonly buckets: number;
}

/** Asked one by one there are always tokens; chunks come from buckets about as fast as these refill, so part of each is booked ahead. */
export const shapes: readonly Shape[] = [
  {
    name: "one unit, at once",
    question: { count: 1, ahead: 0, group: 1, withinMs: 0 },
    limit: tokenBucket({ refillRate: 1e6, burst: 1e6 }),
    buckets: 2000,
  },
  {
    name: "a chunk of 4 at 50/s",
    question: { count: 4, ahead: 4, group: 1, withinMs: 100 },
    limit: tokenBucket({ refillRate: 50, burst: 4 }),
    buckets: 2000,
  },
  {
    name: "a chunk of 80 at 1000/s",
    question: { count: 80, ahead: 16, group: 5, withinMs: 100 },
    limit: tokenBucket({ refillRate: 1000, burst: 80 }),
    buckets: 2000,
  },
];
