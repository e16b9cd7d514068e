/** Two turns, in which what arrived while this process stood still is read: timers come before it. */
export function afterPendingInput(then: () => void): void {
  setImmediate(() => setImmediate(then));
}
