import { startRedisServer } from "@sluice/test/redis-server";
import { expect, it, vi } from "vitest";
import { byHand, guarded, inTheChain } from "../../../../docs/snippets/breaker.js";

it("what docs/breaker.md shows runs", async () => {
  await using redis = await startRedisServer();
  const log = vi.spyOn(console, "log").mockImplementation(() => {});
  const broken = (): Promise<string> => Promise.reject(new Error("broken"));
  expect(await guarded(redis.url, async () => "charged")).toBe("charged");
  await expect.poll(() => byHand(redis.url), { timeout: 10_000 }).toBe("closed 0");
  for (let n = 0; n < 5; n += 1) await expect(guarded(redis.url, broken)).rejects.toThrow("broken");
  // One more for each that a busy Redis was not told of.
  await expect
    .poll(() => guarded(redis.url, broken).catch(String), { timeout: 10_000 })
    .toMatch(/^not called, again in \d+(\.\d+)? ms$/);
  expect(log).toHaveBeenCalledWith("closed > open");
  log.mockRestore();
  expect(inTheChain(redis.url)).toContain("breaker");
});
