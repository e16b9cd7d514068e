import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { inspect } from "node:util";
import type { Call, Hook } from "@sluice/core";
import { createLimiter, type Limiter, memoryStore, type Quota, tokenBucket } from "@sluice/limiter";
import { createRequire } from "node:module";
import { onTestFinished } from "vitest";
import { type Answer, type Received, type RecordingServer, startRecordingServer } from "./server.js";
import type { Composite, FactoryOptions, Ours, Vendor } from "./vendor.js";

const { Registry } = createRequire(new URL("../../packages/telemetry/package.json", import.meta.url))(
  "prom-client",
) as {
  Registry: new () => NonNullable<FactoryOptions["registry"]>;
};

let accounts = 0;

/** An account that no other test uses. */
export function newAccount(): string {
  accounts += 1;
  return `account-${accounts}`;
}

export function newRegistry(): NonNullable<FactoryOptions["registry"]> {
  return new Registry();
}

/** A server of one test. */
export async function serve(answer: Answer): Promise<RecordingServer> {
  const server = await startRecordingServer(answer);
  onTestFinished(() => server[Symbol.asyncDispose]());
  return server;
}

/** A client of the factory for one test, without limits unless told otherwise. */
export function client<Client>(
  vendor: Vendor<Client>,
  origin: string,
  options: Partial<FactoryOptions> = {},
): Client & Ours {
  const made = vendor.factory(newAccount(), origin, { env: {}, registry: newRegistry(), quota: () => [], ...options });
  onTestFinished(() => made.close());
  return made;
}

/** Answers of a composite, else of the vendor. */
export function answersOf<Client>(vendor: Vendor<Client>, composite?: Composite<Client>): Answer {
  return (request, index) => composite?.answer?.(request, index) ?? vendor.answer(request);
}

/** A request as text, without the boundaries of forms, which are drawn anew for each. */
export function comparable({ method, path, headers, body }: Received): object {
  const mend = (text: string): string => text.replaceAll(/-{2,}formdata-undici-\d+|-{20,}\d{20,}/g, "boundary");
  return {
    line: `${method} ${path}`,
    headers: headers.map(([name, value]) => `${name}: ${mend(value)}`),
    body: mend(body.toString("latin1")),
  };
}

/** Hooks of both stages that keep what they see. */
export function recorder(): { readonly hooks: readonly Hook[]; readonly calls: Call[]; readonly attempts: Call[] } {
  const calls: Call[] = [];
  const attempts: Call[] = [];
  return {
    calls,
    attempts,
    hooks: [
      { name: "seen-call", stage: "call", before: (call) => void calls.push(call) },
      { name: "seen-attempt", before: (call) => void attempts.push(call) },
    ],
  };
}

/** A quota that charges one token for everything, and a limiter that counts what is taken and given back. */
export function counting(burst = 1000): {
  readonly limiter: Limiter;
  readonly quota: Quota;
  readonly counts: { taken: number; returned: number };
} {
  const limit = tokenBucket({ refillRate: 1e-4, burst });
  const counts = { taken: 0, returned: 0 };
  const inner = createLimiter({ store: memoryStore() });
  onTestFinished(() => inner.close());
  const limiter: Limiter = {
    tryAcquire: (charges) => inner.tryAcquire(charges),
    tryAcquireSync: (charges) => inner.tryAcquireSync(charges),
    peek: (charges) => inner.peek(charges),
    inspect: (charges, how) => inner.inspect(charges, how),
    reserve: (charges, how) => inner.reserve(charges, how),
    observe: (charges, word) => inner.observe(charges, word),
    mode: "enforce",
    close: () => inner.close(),
    async acquire(charges, how) {
      const grant = await inner.acquire(charges, how);
      counts.taken += 1;
      return {
        waitedMs: grant.waitedMs,
        atUs: grant.atUs,
        remaining: grant.remaining,
        release: () => grant.release(),
        renew: () => grant.renew(),
        landed: () => grant.landed(),
        giveBack: (buckets) => ((counts.returned += 1), grant.giveBack(buckets)),
      };
    },
  };
  return { limiter, quota: () => [{ bucket: "all", limit }], counts };
}

/** The error a promise rejects with; one that resolves fails the test. */
export async function rejection(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    (value) => {
      throw new Error(`expected a failure, got ${inspect(value, { depth: 1 })}`);
    },
    (error: unknown) => error,
  );
}

/** Everything that a log could show of a value. */
export function shown(value: unknown): string {
  const parts = [inspect(value, { depth: 12, showHidden: true, maxStringLength: null, maxArrayLength: null })];
  if (value instanceof Error)
    parts.push(value.message, value.stack ?? "", shown({ ...value }), shown(value.cause ?? ""));
  try {
    parts.push(JSON.stringify(value) ?? "");
  } catch {
    // Circular: inspected above.
  }
  return parts.join("\n");
}

/** A port that counts who knocks, and never answers. */
export async function knocking(): Promise<{ readonly url: string; readonly knocks: () => number }> {
  let knocks = 0;
  const server = createServer((socket) => {
    knocks += 1;
    socket.on("error", () => {});
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  return { url: `redis://127.0.0.1:${(server.address() as AddressInfo).port}`, knocks: () => knocks };
}
