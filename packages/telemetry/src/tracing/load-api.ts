import { createRequire } from "node:module";
import type { OpenTelemetryLike } from "./open-telemetry.js";

// Where every copy of version 1 of the API looks for what an SDK has registered. It is in no other place, by the API's own contract.
const registered = Symbol.for("opentelemetry.js.api.1");

/** Whether an SDK has registered somewhere to send spans to. Costs nothing, and imports nothing. */
export function sdkIsThere(): boolean {
  const found = (globalThis as unknown as Record<symbol, { readonly trace?: unknown } | undefined>)[registered];
  return found?.trace !== undefined;
}

let loaded: OpenTelemetryLike | undefined;
let failed = false;

/** The API, loaded when it is first needed; undefined where it is not installed. */
export function loadApi(): OpenTelemetryLike | undefined {
  if (loaded !== undefined || failed) return loaded;
  try {
    // Not imported: an import would have to be waited for, and the first calls would have no spans.
    loaded = createRequire(import.meta.url)("@opentelemetry/api") as OpenTelemetryLike;
  } catch {
    failed = true;
  }
  return loaded;
}
