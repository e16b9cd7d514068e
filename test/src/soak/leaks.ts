import { setTimeout as rest } from "node:timers/promises";

/** Sockets take a few turns of the loop to end, and the loop takes seconds where the machine stands still. Unit: milliseconds. */
const GRACE_MS = 5000;

/** What keeps this process alive now and did not before, once it has had time to go. */
export async function leakedFrom(before: readonly string[]): Promise<readonly string[]> {
  const untilMs = performance.now() + GRACE_MS;
  for (;;) {
    const leaked = beyond(before, process.getActiveResourcesInfo());
    if (leaked.length === 0 || performance.now() > untilMs) return leaked;
    await rest(20);
  }
}

/** Of the second list what the first does not have as often; the timer of the look itself is none of ours. */
function beyond(before: readonly string[], now: readonly string[]): readonly string[] {
  const left = [...before];
  return now.filter((name) => {
    const index = left.indexOf(name);
    if (index >= 0) left.splice(index, 1);
    return index < 0;
  });
}
