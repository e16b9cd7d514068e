import { watchStalls } from "@sluice/test/stalls";
import { describe, expect, it } from "vitest";
import { make, newAccount } from "../test-support/clients.test-support.js";
import { startServer } from "../test-support/server.test-support.js";

/** How long a minute lasts here; long beside what a busy machine adds to a hundred requests. Unit: milliseconds. */
const MINUTE_MS = 2500;

/** A GitLab that counts as GitLab does, in windows since the epoch, and refuses what is beyond. */
async function countingServer(perMinute: number, phaseMs: number) {
  const counts = new Map<number, number>();
  let refused = 0;
  const server = await startServer(({ method }) => {
    if (method === "GET") return {};
    const window = Math.floor((performance.now() + phaseMs) / MINUTE_MS);
    const count = (counts.get(window) ?? 0) + 1;
    counts.set(window, count);
    if (count <= perMinute) return {};
    refused += 1;
    return { status: 429, headers: { "content-type": "text/plain" }, body: "Retry later" };
  });
  return { ...server, refused: () => refused };
}

describe("against a GitLab that counts in windows of its own", () => {
  it.each([0, 400, 1100])(
    "no request is refused, and all of the quota is used, by two clients, phase %i ms",
    async (phaseMs) => {
      const server = await countingServer(60, phaseMs);
      const account = newAccount();
      const clients = [1, 2].map(() =>
        make({ host: server.host, timeoutMs: 20_000, quota: { tier: "gitlab.com", minuteMs: MINUTE_MS } }, account),
      );
      await Promise.all(clients.map((gitlab) => gitlab.Users.showCurrentUser()));
      using stalls = watchStalls();
      const startedMs = performance.now();
      await Promise.all(Array.from({ length: 150 }, (_, n) => clients[n % 2]?.IssueNotes.create(1, 2, "words")));
      const tookMs = performance.now() - startedMs;
      expect(server.refused()).toBe(0);
      // 60 at once, 60 a minute later, the rest after another.
      expect(tookMs).toBeGreaterThan(2 * MINUTE_MS - 50);
      expect(tookMs - stalls.totalMs).toBeLessThan(2.95 * MINUTE_MS);
    },
  );
});
