import { createAdaptorServer } from "@hono/node-server";
import { expect, it } from "vitest";

it("drops and hangs where another server has replaced the global Response before the simulators were loaded", async () => {
  const { Response } = globalThis;
  createAdaptorServer({ fetch: () => new Response() });
  expect(globalThis.Response).not.toBe(Response);
  const { startGitHubSimulator } = await import("../github/start-github-simulator.js");
  await using simulator = await startGitHubSimulator();
  simulator.failNext({ action: "drop" });
  await expect(fetch(simulator.url), "drop").rejects.toThrow();
  simulator.failNext({ action: "hang" });
  const controller = new AbortController();
  const hung = fetch(simulator.url, { signal: controller.signal });
  await expect.poll(() => simulator.ledger.count(), { timeout: 10_000 }).toBe(2);
  // An answer would be here by now.
  await new Promise((resolve) => setTimeout(resolve, 200));
  controller.abort();
  await expect(hung, "hang").rejects.toThrow();
  expect((await fetch(simulator.url)).status).toBe(200);
});
