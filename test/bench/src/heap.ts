import { nextTurn } from "./clock.js";

/** What is alive, after everything that is dead has been collected. */
export interface Heap {
  readonly heapBytes: number;
  /** Buffers, which lie outside the heap. */
  readonly outsideBytes: number;
}

/** Collects until nothing more goes. Needs `--expose-gc`. */
export async function settledHeap(): Promise<Heap> {
  const { gc } = globalThis;
  if (gc === undefined) throw new Error("start this process with --expose-gc");
  let last = Number.POSITIVE_INFINITY;
  for (let time = 0; time < 10; time += 1) {
    await nextTurn();
    gc();
    const { heapUsed } = process.memoryUsage();
    if (heapUsed > last - 1000) break;
    last = heapUsed;
  }
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return { heapBytes: heapUsed, outsideBytes: arrayBuffers };
}
