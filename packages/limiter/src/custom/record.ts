import { StoreUnavailableError } from "@sluice/core";

/** What is kept of a bucket under a custom limit. */
export interface CustomRecord {
  /** As the algorithm last returned it; undefined for a bucket that was never used. */
  readonly state: unknown;
  /** Nothing is allowed before. Microseconds of the store's clock; 0 for no pause. */
  readonly pausedUntilUs: number;
}

/** Most bytes of a state as text. */
export const MOST_STATE_BYTES = 64 * 1024;

const VERSION = 1;

/** As text; undefined when the state is too large. */
export function encodeRecord({ state, pausedUntilUs }: CustomRecord): string | undefined {
  const text = state === undefined ? undefined : JSON.stringify(state);
  if (text !== undefined && Buffer.byteLength(text) > MOST_STATE_BYTES) return undefined;
  return `{"v":${VERSION},"pausedUntilUs":${pausedUntilUs}${text === undefined ? "" : `,"state":${text}`}}`;
}

/**
 * From text. Something else under our name is taken for a bucket that was never used.
 *
 * @throws StoreUnavailableError for what a newer version wrote.
 */
export function decodeRecord(text: string | undefined): CustomRecord {
  const unused = { state: undefined, pausedUntilUs: 0 };
  if (text === undefined) return unused;
  let read: unknown;
  try {
    read = JSON.parse(text);
  } catch {
    return unused;
  }
  if (typeof read !== "object" || read === null) return unused;
  const { v, state, pausedUntilUs } = read as { v?: unknown; state?: unknown; pausedUntilUs?: unknown };
  if (typeof v === "number" && v > VERSION) {
    throw new StoreUnavailableError(
      `The store holds the state of a custom limit in version ${v}, which this version does not understand`,
    );
  }
  if (v !== VERSION || typeof pausedUntilUs !== "number") return unused;
  return { state, pausedUntilUs };
}
