import { lockContract } from "../testing/lock-contract.js";
import type { Lock } from "./lock.js";
import { memoryLock } from "./memory-lock.js";

let last: Lock = memoryLock();

lockContract("the memory lock", {
  open: () => (last = memoryLock()),
  // One process has one memory, so a second handle is the same one.
  openAgain: () => last,
});
