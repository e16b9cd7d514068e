import type { Clock } from "@sluice/core";
import type { Context } from "hono";
import { type SSEStreamingApi, streamSSE } from "hono/streaming";
import type { AppEnv } from "./app.js";
import { refusal, tryLater } from "./refusal.js";
import type { HistoryPoint } from "./state.js";
import type { Watch } from "./watch/watch.js";

/** Hono's context on Node. */
export type NodeContext = Context<AppEnv>;

/** Streams at a time; a page has one. */
const MOST_STREAMS = 8;
/** After that whoever watches has to show again who he is. */
const LONGEST_MS = 3_600_000;
/** A page that reads nothing for so long is gone. */
const STALLED_MS = 15_000;
const LONGEST_FILTER = 100;

/** Server-sent events: `history` once, then `state` every second, and `point` when there is one. */
export function eventStreams(watch: Watch, clock: Clock): (context: NodeContext) => Response {
  let open = 0;
  return (context) => {
    const filter = context.req.query("filter") ?? "";
    if (filter.length > LONGEST_FILTER) return refusal(400, `filter must be a text of at most ${LONGEST_FILTER}`);
    if (open >= MOST_STREAMS) return tryLater(503, `${MOST_STREAMS} pages are open already`, 5000);
    open += 1;
    const { outgoing } = context.env;
    return streamSSE(context, async (stream) => {
      outgoing.once("close", () => stream.abort());
      try {
        await follow(stream, { watch, clock, filter, cut: () => outgoing.destroy() });
      } finally {
        open -= 1;
      }
    });
  };
}

interface Following {
  readonly watch: Watch;
  readonly clock: Clock;
  readonly filter: string;
  readonly cut: () => void;
}

async function follow(stream: SSEStreamingApi, { watch, clock, filter, cut }: Following): Promise<void> {
  const openedMs = clock.now();
  let wroteMs = openedMs;
  let points: HistoryPoint[] = [];
  let isDue = false;
  let wake = (): void => {};
  const stop = watch.subscribe((point) => {
    if (clock.now() - wroteMs > STALLED_MS) cut();
    if (point !== undefined) points.push(point);
    isDue = true;
    wake();
  });
  stream.onAbort(() => wake());
  const send = async (event: string, data: unknown): Promise<void> => {
    await stream.writeSSE({ event, data: JSON.stringify(data) });
    wroteMs = clock.now();
  };
  try {
    await send("history", watch.history());
    points = [];
    while (!stream.aborted && clock.now() - openedMs < LONGEST_MS) {
      if (!isDue) await new Promise<void>((resolve) => (wake = resolve));
      if (stream.aborted) return;
      isDue = false;
      // What came while the page was slow is left out: only the newest state is of use.
      for (const point of points.splice(0)) await send("point", point);
      await send("state", watch.state(filter));
    }
  } finally {
    stop();
  }
}
