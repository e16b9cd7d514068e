/** The callbacks behind the one listener that a signal has from us. */
interface Followers {
  readonly entries: Set<{ readonly listener: () => void }>;
  readonly heard: () => void;
}

const followed = new WeakMap<AbortSignal, Followers>();

/**
 * Calls `listener` once when the signal aborts, in the order of arrival. However many wait for one signal, it has one listener
 * from us, and none when nobody waits: so no warning of too many, and thousands that abort together take no longer each.
 * Like `addEventListener` it calls nothing when the signal has aborted already (ask `signal.aborted` first), and a listener
 * that throws keeps no other from being called: its error becomes an uncaught exception.
 *
 * @returns takes the listener off again; harmless when it has been called.
 */
export function onAbort(signal: AbortSignal, listener: () => void): () => void {
  if (signal.aborted) return nothing;
  const followers = followed.get(signal) ?? follow(signal);
  // An entry of its own, so that one function may wait twice.
  const entry = { listener };
  followers.entries.add(entry);
  return () => {
    if (!followers.entries.delete(entry) || followers.entries.size > 0) return;
    signal.removeEventListener("abort", followers.heard);
    if (followed.get(signal) === followers) followed.delete(signal);
  };
}

function follow(signal: AbortSignal): Followers {
  const entries: Followers["entries"] = new Set();
  const heard = (): void => {
    followed.delete(signal);
    for (const entry of entries) {
      entries.delete(entry);
      try {
        entry.listener();
      } catch (error) {
        // As EventTarget does it.
        process.nextTick(() => {
          throw error;
        });
      }
    }
  };
  const followers = { entries, heard };
  signal.addEventListener("abort", heard, { once: true });
  followed.set(signal, followers);
  return followers;
}

function nothing(): void {}
