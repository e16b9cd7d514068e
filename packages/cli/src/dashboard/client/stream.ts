/// <reference lib="dom" />
import type { HistoryPoint, PageHistory, PageState } from "../state.js";
import { ApiError, openEvents } from "./api.js";
import { createEventReader } from "./sse.js";

/** Who is told. */
export interface StreamListener {
  readonly history: (history: PageHistory) => void;
  readonly point: (point: HistoryPoint) => void;
  readonly state: (state: PageState) => void;
  /** The stream is lost; it is tried again after that time. Unit: milliseconds. */
  readonly lost: (why: string, againMs: number) => void;
  /** The session is over. */
  readonly signedOut: () => void;
}

/** A stream that comes back by itself. */
export interface LiveStream {
  /** Has it begin anew with another filter. */
  refilter(filter: string): void;
  stop(): void;
}

const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 10_000;
/** A stream that is silent for so long is lost: there is a word every second. */
const SILENT_MS = 12_000;

/** Follows the events of the server until it is stopped or the session is over. */
export function follow(listener: StreamListener): LiveStream {
  const over = new AbortController();
  let current = new AbortController();
  let filter = "";
  let waitMs = FIRST_WAIT_MS;

  const handlers: Readonly<Record<string, (data: string) => void>> = {
    history: (data) => listener.history(JSON.parse(data) as PageHistory),
    point: (data) => listener.point(JSON.parse(data) as HistoryPoint),
    state(data) {
      waitMs = FIRST_WAIT_MS;
      listener.state(JSON.parse(data) as PageState);
    },
  };
  const run = async (): Promise<void> => {
    while (!over.signal.aborted) {
      current = new AbortController();
      const { signal } = current;
      try {
        await read(await openEvents(filter, signal), current, handlers);
        // Ended by the server in good order, as it does every hour.
        if (!signal.aborted) await pause(FIRST_WAIT_MS, over.signal);
      } catch (error) {
        if (over.signal.aborted) return;
        if (error instanceof ApiError && error.status === 401) {
          listener.signedOut();
          return;
        }
        if (signal.aborted && signal.reason === REFILTER) continue;
        listener.lost(error instanceof ApiError ? error.message : "the connection is lost", waitMs);
        await pause(waitMs, over.signal);
        waitMs = Math.min(LONGEST_WAIT_MS, waitMs * 2);
      }
    }
  };
  void run();
  return {
    refilter(text) {
      filter = text;
      current.abort(REFILTER);
    },
    stop() {
      over.abort();
      current.abort();
    },
  };
}

const REFILTER = "another filter";

async function read(
  answer: Response,
  current: AbortController,
  handlers: Readonly<Record<string, (data: string) => void>>,
): Promise<void> {
  const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader();
  const events = createEventReader();
  let silent: ReturnType<typeof setTimeout> | undefined;
  try {
    for (;;) {
      silent = setTimeout(() => current.abort("silence"), SILENT_MS);
      const chunk = await reader?.read();
      clearTimeout(silent);
      if (chunk === undefined || chunk.done) return;
      for (const { event, data } of events(chunk.value)) handlers[event]?.(data);
    }
  } finally {
    clearTimeout(silent);
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
