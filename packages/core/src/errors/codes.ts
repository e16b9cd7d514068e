/**
 * Every code an error of Sluice may carry, with what it means and what to do. Codes are the stable contract, messages are
 * for people.
 */
export const errorCodes = {
  CONFIG_INVALID:
    "An option, setting or argument is outside its range; nothing was sent or stored. Mend the named option.",
  LIMIT_EXCEEDED:
    "The wait for tokens would outlast the deadline, or `tryAcquire` semantics were asked for. Come back after `retryAfterMs`.",
  DEADLINE_EXCEEDED: "The call's own time is up, all waits and retries included. Raise `timeoutMs` or send less.",
  STORE_UNAVAILABLE: "The shared store did not answer in time and the policy says closed. See `onStoreError`.",
  LIMITER_CLOSED: "The limiter was closed while, or before, this caller waited.",
  HOOK_INVALID: "A hook has no name, a name twice, or a position that does not exist.",
  HOOK_TIMEOUT: "An observing hook had not settled when the call's time was up; it was left behind and reported.",
  QUEUE_FULL: "As many callers wait already as the queue may hold. Raise `maxWaiting`, or send less.",
  CIRCUIT_OPEN: "The breaker is open or isolated: what it guards has failed lately. Come back after `retryAfterMs`.",
  BACKING_OFF: "The same work failed a short while ago and is not tried again yet. Come back after `retryAfterMs`.",
  PROCESS_OVERLOADED: "This process is too busy to take on more: its event loop is late or its memory is nearly full.",
  LOCK_UNAVAILABLE:
    "Somebody else held the lock until the deadline, or the lock's store did not answer; nothing is held.",
  LOCK_LOST: "The lock ended before the work under it did; what was read under it may be out of date.",
  CHANGE_CONFLICT:
    "Somebody else changed the same shared state first; nothing was written. Read it again and decide anew.",
  POLICIES_UNAVAILABLE:
    "The policies could not be read when the process started, and none are embedded. No policy found never means no limit.",
} as const;

/** One of the keys of {@link errorCodes}. */
export type ErrorCode = keyof typeof errorCodes;
