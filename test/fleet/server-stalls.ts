import type { Redis } from "ioredis";
import { wallUs } from "../src/soak/diary.js";
import type { Span } from "../src/soak/spans.js";

/** When nobody could be served: the server stood still, or this process, which asks it all the time. */
export interface ServerStalls {
  /** All of them since the beginning; looks no further. */
  stop(): Promise<readonly Span[]>;
}

/** Between two questions. Unit: milliseconds. */
const EVERY_MS = 10;
/** With the answer to the one before; what takes longer is a stall. Unit: milliseconds. */
const USUAL_MS = 50;

/** Watches from now on. */
export function watchServer(redis: Redis): ServerStalls {
  const stalls: Span[] = [];
  const watch = { over: false };
  const watching = (async () => {
    while (!watch.over) {
      const fromUs = wallUs();
      await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
      await redis.ping();
      const toUs = wallUs();
      if (toUs - fromUs > USUAL_MS * 1000) stalls.push({ fromUs, toUs });
    }
  })();
  // A test that fails before it stops the watch may take the server away.
  watching.catch(() => {});
  return {
    async stop() {
      watch.over = true;
      await watching;
      return stalls;
    },
  };
}
