/**
 * After a stall of the event loop timers fire before the replies that arrived meanwhile are read; two turns let those replies
 * win over the deadline they did meet.
 */
export function afterPendingInput(then: () => void): void {
  setImmediate(() => setImmediate(then));
}
