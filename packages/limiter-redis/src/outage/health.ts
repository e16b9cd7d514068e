/** A small breaker in front of the store, so that an outage does not cost every call a timeout. */
export interface Health {
  readonly down: boolean;
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

export function createHealth({ ping, onDown, onUp }: HealthOptions): Health {
  let failures = 0;
  let firstReason = "";
  let downSinceMs: number | undefined;
  let timer: NodeJS.Timeout | undefined;

  const up = (): void => {
    failures = 0;
    if (downSinceMs === undefined) return;
    const downMs = performance.now() - downSinceMs;
    downSinceMs = undefined;
    clearTimeout(timer);
    onUp(downMs);
  };
  const lookAgain = (): void => {
    timer = setTimeout(() => void ping().then(up, () => downSinceMs !== undefined && lookAgain()), PING_EVERY_MS);
    timer.unref();
  };
  return {
    get down() {
      return downSinceMs !== undefined;
    },
    failed(reason) {
      failures += 1;
      // What follows is often only its consequence: the client leaves a replica, and then there is no connection.
      if (failures === 1) firstReason = reason;
      if (downSinceMs !== undefined || failures < FAILURES) return;
      downSinceMs = performance.now();
      onDown(firstReason);
      lookAgain();
    },
    answered: () => {
      failures = 0;
    },
    stop: () => clearTimeout(timer),
  };
}
