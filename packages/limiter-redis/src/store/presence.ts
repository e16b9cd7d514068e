import { randomBytes } from "node:crypto";

/** Keeps this process on the list of the living, and knows how long the list is. */
export interface Presence {
  /** Of this store in this process; nobody else has it. */
  readonly name: string;
  /** As last seen; at least 1. */
  readonly peers: number;
  /** Called with every answer from the store: says so again when the last time is long enough ago. */
  keep(): void;
  /** The store is away: until it is back for good, as many count as now, whatever its list says in between. */
  away(): void;
  /** The store is back, maybe without its list: says so again, and until all have done so, as many count as before. */
  returned(): void;
  stop(): void;
}

/** Between two signs of life. Unit: milliseconds. */
const EVERY_MS = 4000;
/** A newcomer looks again so soon: a fleet often starts together. Unit: milliseconds. */
const SECOND_LOOK_MS = 400;
/** After which a silent process counts as gone. Unit: milliseconds. */
const LIFETIME_MS = 3 * EVERY_MS;

export function createPresence(say: (name: string, lifetimeMs: number) => Promise<number>): Presence {
  const name = `${process.pid}.${randomBytes(6).toString("base64url")}`;
  let peers = 1;
  /** As many are expected, until then. */
  let before = { peers: 1, untilMs: Number.NEGATIVE_INFINITY };
  let saidMs = Number.NEGATIVE_INFINITY;
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;

  const tell = (): void => {
    if (stopped) return;
    saidMs = performance.now();
    say(name, LIFETIME_MS).then(
      (alive) => {
        peers = Math.max(1, alive, performance.now() < before.untilMs ? before.peers : 1);
      },
      // A later answer from the store brings the next try.
      () => (saidMs = performance.now() - EVERY_MS + SECOND_LOOK_MS),
    );
  };
  const keep = (): void => {
    if (performance.now() - saidMs < EVERY_MS) return;
    if (timer === undefined) setTimeout(tell, SECOND_LOOK_MS).unref();
    tell();
    // Quiet processes stay on the list too, while they live.
    timer ??= setInterval(tell, EVERY_MS).unref();
  };
  return {
    name,
    get peers() {
      return peers;
    },
    keep,
    away() {
      before = { peers, untilMs: Number.POSITIVE_INFINITY };
    },
    returned() {
      before = { peers: before.peers, untilMs: performance.now() + LIFETIME_MS };
      saidMs = Number.NEGATIVE_INFINITY;
      keep();
    },
    stop() {
      stopped = true;
      clearInterval(timer);
    },
  };
}
