/** A small breaker in front of the store, so that an outage does not cost every call a timeout. */
export interface Health {
  readonly down: boolean;
  /** Whether it is down only because its memory is full: what frees memory still works. */
  readonly full: boolean;
  failed(reason: string): void;
  answered(): void;
  stop(): void;
}

/** What a health keeper needs. */
export interface HealthOptions {
  /** Asks the store whether it is there and takes writes; rejects when not. */
  readonly ping: () => Promise<unknown>;
  readonly onDown: (reason: string) => void;
  readonly onUp: (downMs: number) => void;
}

/** Failures in a row after which calls no longer try the store. */
const FAILURES = 2;
/** Between background pings. Unit: milliseconds. */
const PING_EVERY_MS = 100;
/** A store that goes again so soon after it came back is not trusted at its first answer any more. Unit: milliseconds. */
const CALM_MS = 10_000;
/** For so long it then has to answer without a gap; twice as long each further time. Unit: milliseconds. */
const FIRST_STEADY_MS = 200;
const LONGEST_STEADY_MS = 3200;

export function createHealth({ ping, onDown, onUp }: HealthOptions): Health {
  let failures = 0;
  let firstReason = "";
  let downSinceMs: number | undefined;
  let backMs = Number.NEGATIVE_INFINITY;
  let steadyMs = 0;
  let answersSinceMs: number | undefined;
  let timer: NodeJS.Timeout | undefined;

  const up = (sinceMs: number): void => {
    failures = 0;
    backMs = performance.now();
    downSinceMs = undefined;
    onUp(backMs - sinceMs);
  };
  const answeredAgain = (): void => {
    if (downSinceMs === undefined) return;
    answersSinceMs ??= performance.now();
    if (performance.now() - answersSinceMs >= steadyMs) up(downSinceMs);
    else lookAgain();
  };
  const stillAway = (): void => {
    answersSinceMs = undefined;
    if (downSinceMs !== undefined) lookAgain();
  };
  const lookAgain = (): void => {
    timer = setTimeout(() => void ping().then(answeredAgain, stillAway), PING_EVERY_MS);
    timer.unref();
  };
  return {
    get down() {
      return downSinceMs !== undefined;
    },
    get full() {
      return downSinceMs !== undefined && /\bOOM\b/.test(firstReason);
    },
    failed(reason) {
      failures += 1;
      // What follows is often only its consequence: the client leaves a replica, and then there is no connection.
      if (failures === 1) firstReason = reason;
      if (downSinceMs !== undefined || failures < FAILURES) return;
      downSinceMs = performance.now();
      const again = downSinceMs - backMs < CALM_MS;
      steadyMs = again ? Math.min(LONGEST_STEADY_MS, Math.max(FIRST_STEADY_MS, steadyMs * 2)) : 0;
      answersSinceMs = undefined;
      onDown(firstReason);
      lookAgain();
    },
    answered: () => {
      failures = 0;
    },
    stop() {
      // What is still on its way then starts no further look.
      downSinceMs = undefined;
      clearTimeout(timer);
    },
  };
}
