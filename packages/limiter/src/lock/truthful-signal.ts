/**
 * The signal of a controller that lets `look` abort it before it says whether it has aborted: after a stall, timers that should have
 * aborted it have not run yet, and a plain signal would say that all is well.
 */
export function truthfulSignal({ signal }: AbortController, look: () => void): AbortSignal {
  const told = Object.getOwnPropertyDescriptor(AbortSignal.prototype, "aborted");
  Object.defineProperty(signal, "aborted", {
    get: () => {
      look();
      return told?.get?.call(signal) as boolean;
    },
  });
  Object.defineProperty(signal, "throwIfAborted", {
    value: () => {
      if (signal.aborted) throw signal.reason;
    },
  });
  return signal;
}
