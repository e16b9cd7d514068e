import type { BenchTable } from "../bench.js";
import { startChild } from "../children/start-child.js";
import type { Asking, BucketBytes, InboundMemoryHandlers } from "./memory-worker.js";

const PROMISED_BYTES = 60;
const ways: readonly Asking[] = ["checkSync", "check", "check, reputation"];

/** What the bucket of an active user takes in the memory of a process. */
export async function measureBucketBytes(users: number): Promise<BenchTable> {
  const found: (BucketBytes & { readonly asking: Asking })[] = [];
  for (const asking of ways) {
    await using child = startChild<InboundMemoryHandlers>("inbound/memory-worker.js", {
      nodeArguments: ["--expose-gc", "--max-old-space-size=4096"],
    });
    found.push({ asking, ...(await child.ask("measure", { asking, users })) });
  }
  const promised = found.filter(({ asking }) => asking !== "check, reputation");
  const most = Math.max(...promised.map(({ heapBytes, outsideBytes }) => heapBytes + outsideBytes));
  return {
    title: `What does each of ${users} active users take in the memory of a process?`,
    columns: ["asked by", "heap, bytes", "outside heap, bytes", "together, bytes", "buckets in use"],
    rows: found.map(({ asking, heapBytes, outsideBytes, buckets }) => [
      asking,
      heapBytes,
      outsideBytes,
      heapBytes + outsideBytes,
      buckets,
    ]),
    notes: ["One policy for each user, memory mode. The user's own name, which the caller holds, is not counted."],
    promises: [
      {
        text: `at most ${PROMISED_BYTES} bytes a bucket beyond the user's own name (most: ${most.toFixed(1)})`,
        kept: most <= PROMISED_BYTES && found.every(({ buckets }) => buckets === users),
      },
    ],
    figures: found,
  };
}
