import { setTimeout as sleep } from "node:timers/promises";
import { Queue } from "bullmq";
import { prefix } from "./orders.js";
import type { TaskData } from "./tasks.js";

/** Jobs of one queue: so many of one task. */
export interface Batch {
  readonly queue: string;
  readonly task: string;
  readonly count: number;
}

/** How jobs ended. */
export interface Ends {
  readonly completed: number;
  readonly failed: number;
}

/** Puts all jobs into their queues at once, waits until each has ended, and leaves nothing of them in Redis. */
export async function runJobs(
  redis: string,
  batches: readonly Batch[],
  users: readonly string[],
  onProgress: (ended: number) => void,
): Promise<Ends> {
  const queues = batches.map(({ queue }) => new Queue<TaskData, string>(queue, { connection: { url: redis }, prefix }));
  const total = batches.reduce((sum, { count }) => sum + count, 0);
  try {
    await Promise.all(
      batches.map(({ task, count }, queue) =>
        queues[queue]?.addBulk(
          Array.from({ length: count }, (_, index) => ({
            name: task,
            data: { user: users[index % users.length] ?? "" },
          })),
        ),
      ),
    );
    for (;;) {
      const ends = await endsIn(queues);
      onProgress(ends.completed + ends.failed);
      if (ends.completed + ends.failed === total) return ends;
      await sleep(100);
    }
  } finally {
    await Promise.all(queues.map((queue) => queue.obliterate({ force: true })));
    await Promise.all(queues.map((queue) => queue.close()));
  }
}

async function endsIn(queues: readonly Queue[]): Promise<Ends> {
  const counts = await Promise.all(queues.map((queue) => queue.getJobCounts("completed", "failed")));
  return {
    completed: counts.reduce((sum, each) => sum + (each["completed"] ?? 0), 0),
    failed: counts.reduce((sum, each) => sum + (each["failed"] ?? 0), 0),
  };
}
