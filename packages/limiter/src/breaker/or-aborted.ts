import { onAbort } from "@sluice/core";

/** The answer, or the signal's own reason as soon as it aborts. The listener is removed either way. */
export function orAborted<Value>(
  answer: Value | Promise<Value>,
  signal: AbortSignal | undefined,
): Value | Promise<Value> {
  if (signal === undefined || !(answer instanceof Promise)) return answer;
  return new Promise((resolve, reject) => {
    const off = onAbort(signal, () => reject(signal.reason));
    if (signal.aborted) reject(signal.reason);
    answer.then(resolve, reject).finally(off);
  });
}
