// One process that counts what a user's bucket takes in memory. It runs with --expose-gc.
import { memoryStore } from "@sluice/limiter";
import { createPolicyEngine } from "@sluice/policy";
import { serve } from "../children/serve.js";
import { settledHeap } from "../heap.js";
import { slow, usersNamed } from "./policies.js";

/** More than is remembered of identities, whose number is bounded: full before anything is counted. */
const WARMING = 25_000;

/** How the engine is asked. */
export type Asking = "checkSync" | "check" | "check, reputation";

/** Bytes that one more bucket takes. */
export interface BucketBytes {
  readonly heapBytes: number;
  readonly outsideBytes: number;
  readonly buckets: number;
}

const handlers = {
  async measure({ asking, users }: { asking: Asking; users: number }): Promise<BucketBytes> {
    const store = memoryStore({ maxBuckets: users + 2 * WARMING });
    const engine = createPolicyEngine({
      store,
      policies: [slow],
      ...(asking === "check, reputation" ? {} : { reputation: false }),
    });
    await engine.ready();
    const ask = async (user: string): Promise<void> => {
      const decision =
        (asking === "checkSync" ? engine.checkSync({ user }) : undefined) ?? (await engine.check({ user }));
      if (!decision.allowed) throw new Error("a fresh user was refused");
    };
    for (const user of usersNamed("warm-", WARMING)) await ask(user);
    // The names themselves are the caller's, and there before.
    const names = usersNamed("user-", users);
    const before = await settledHeap();
    const bucketsBefore = store.size;
    for (const user of names) await ask(user);
    const after = await settledHeap();
    const buckets = store.size - bucketsBefore;
    await engine.close();
    return {
      heapBytes: (after.heapBytes - before.heapBytes) / names.length,
      outsideBytes: (after.outsideBytes - before.outsideBytes) / names.length,
      buckets,
    };
  },
};
export type InboundMemoryHandlers = typeof handlers;
serve(handlers);
