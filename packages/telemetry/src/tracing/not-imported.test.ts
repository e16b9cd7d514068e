import { createRequire } from "node:module";
import { createCall, createHookChain, runCall } from "@sluice/core";
import { expect, it } from "vitest";
import { createTracing } from "./create-tracing.js";
import { loadApi } from "./load-api.js";

/** In this file nobody else imports it. */
function isLoaded(): boolean {
  return Object.keys(createRequire(import.meta.url).cache).some((path) => path.includes("@opentelemetry/api"));
}

it("without an SDK the OpenTelemetry API is not even loaded; it is when there is something to trace", async () => {
  const tracing = createTracing();
  const chain = createHookChain({ hooks: tracing.hooks });
  const request = { provider: "acme", account: "main", operation: "list", timeoutMs: 1000 };
  await runCall(chain, request, (call) => chain.run("attempt", call, async () => ({ status: 200 })));
  await tracing.waiting(createCall(request), [], async () => undefined);
  expect(isLoaded()).toBe(false);
  expect(loadApi()?.trace.getTracer).toBeTypeOf("function");
  expect(isLoaded()).toBe(true);
});
