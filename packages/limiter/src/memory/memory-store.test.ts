import { algorithmsContract, limiterContract, standingContract } from "../testing/index.js";
import type { Store } from "../store/store.js";
import { memoryStore } from "./memory-store.js";

let last: Store = memoryStore();

const stores = {
  open: () => (last = memoryStore()),
  // One process has one memory: its contents end with the first store, so a second handle must not close it.
  openAgain: () => ({ ...last, latencyMs: 0, close: async () => {} }),
};

limiterContract("the memory store", stores);
algorithmsContract("the memory store", stores);
standingContract("the memory store", stores);
