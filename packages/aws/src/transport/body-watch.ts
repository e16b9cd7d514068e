import { Readable } from "node:stream";
import { type Clock, DeadlineExceededError, systemClock, type Timer } from "@sluice/core";

/** Follows the bodies of responses that a call hands on before they are read, so that its deadline and its caller can still cut them. */
export interface BodyWatch {
  /** Cuts the body when the time is up or a caller aborts; forgets it when it has been read or dropped. */
  follow(body: Readable, alsoCut: (reason: unknown) => void): void;
  /** What the SDK made of a body that is followed: it is cut together with it. */
  handedOn(stream: Readable): void;
}

/** Whose time it is. */
export interface BodyWatchOptions {
  readonly operation: string;
  readonly timeoutMs: number;
  readonly deadlineMs: number;
  /** The caller's own signals; that of the call ends with the call. */
  readonly signals: readonly AbortSignal[];
  readonly clock?: Clock | undefined;
}

export function createBodyWatch(options: BodyWatchOptions): BodyWatch {
  const clock = options.clock ?? systemClock;
  const made: Readable[] = [];
  return {
    handedOn: (stream) => void made.push(stream),
    follow(body, alsoCut) {
      let timer: Timer | undefined;
      const cut = (reason: unknown): void => {
        release();
        // Whoever reads is told why; a body that nobody reads must not end the process by its error.
        for (const stream of [body, ...made]) stream.on("error", ignore);
        body.destroy(asError(reason));
        alsoCut(reason);
      };
      const onAbort = (event: Event): void => cut((event.target as AbortSignal).reason);
      const release = (): void => {
        timer?.cancel();
        for (const signal of options.signals) signal.removeEventListener("abort", onAbort);
        body.off("close", release);
      };
      for (const signal of options.signals) {
        if (signal.aborted) return cut(signal.reason);
        signal.addEventListener("abort", onAbort, { once: true });
      }
      if (Number.isFinite(options.deadlineMs)) {
        const late = (): void => cut(new DeadlineExceededError(options.operation, options.timeoutMs));
        timer = clock.setTimer(late, Math.max(0, options.deadlineMs - clock.now()));
      }
      body.once("close", release);
    },
  };
}

function ignore(): void {
  // Told to whoever reads.
}

/** Streams fail with errors alone; a reason of another kind is its cause. */
function asError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error("The response was cut off", { cause: reason });
}

/** The streams among the members of an output. */
export function streamsIn(output: unknown): readonly Readable[] {
  if (typeof output !== "object" || output === null) return [];
  return Object.values(output).filter((value) => value instanceof Readable);
}
