import { createAdaptorServer } from "@hono/node-server";
import { expect, it } from "vitest";

it("drops and hangs where another server has replaced the global Response before the simulators were loaded", async () => {
  const { Response } = globalThis;
  createAdaptorServer({ fetch: () => new Response() });
  expect(globalThis.Response).not.toBe(Response);
  const { startGitHubSimulator } = await import("../github/start-github-simulator.js");
  await using simulator = await startGitHubSimulator();
  for (const action of ["drop", "hang"] as const) {
    simulator.failNext({ action });
    await expect(fetch(simulator.url, { signal: AbortSignal.timeout(200) }), action).rejects.toThrow();
  }
  expect((await fetch(simulator.url)).status).toBe(200);
});
