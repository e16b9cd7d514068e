import type { Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import type { Gate } from "./gate.js";

/** What one direction of a connection obeys, read anew for every chunk. */
export interface PipeRules {
  readonly gate: Gate;
  delayMs(): number;
  /** Sees each chunk before it is passed on; false throws it away. */
  admits(chunk: Buffer): boolean;
}

/** Carries bytes from one socket to the other, in order, each chunk when it is due; the end travels the same way. */
export function pipe(from: Socket, to: Socket, rules: PipeRules): void {
  let waiting = 0;
  let tail = Promise.resolve();

  const pass = (deliver: () => void): void => {
    const delayMs = rules.delayMs();
    if (waiting === 0 && delayMs === 0 && rules.gate.isOpen) {
      deliver();
      return;
    }
    waiting += 1;
    const due = sleep(delayMs);
    tail = tail.then(async () => {
      await due;
      await rules.gate.passed();
      waiting -= 1;
      deliver();
    });
  };

  from.on("data", (chunk: Buffer) =>
    pass(() => {
      if (!to.destroyed && rules.admits(chunk)) to.write(chunk);
    }),
  );
  from.on("end", () => pass(() => to.end()));
}
