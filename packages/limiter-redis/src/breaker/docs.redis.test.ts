import { startRedisServer } from "@sluice/test/redis-server";
import { expect, it, vi } from "vitest";
import { byHand, guarded, inTheChain } from "../../../../docs/snippets/breaker.js";

it("what docs/breaker.md shows runs", async () => {
  await using redis = await startRedisServer();
  const log = vi.spyOn(console, "log").mockImplementation(() => {});
  expect(await guarded(redis.url, async () => "charged")).toBe("charged");
  expect(await byHand(redis.url)).toBe("closed 0");
  for (let n = 0; n < 5; n += 1)
    await expect(guarded(redis.url, () => Promise.reject(new Error("broken")))).rejects.toThrow("broken");
  await expect.poll(() => guarded(redis.url, async () => "charged")).toMatch(/^not called, again in \d+(\.\d+)? ms$/);
  expect(log).toHaveBeenCalledWith("closed > open");
  log.mockRestore();
  expect(inTheChain(redis.url)).toContain("breaker");
});
