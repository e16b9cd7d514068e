// #region imports
import { createFetchApi } from "@sluice/kit";
import { tokenBucket } from "@sluice/limiter";
import { withCorrelation } from "@sluice/telemetry";

const quota = () => [{ bucket: "requests", limit: tokenBucket({ refillRate: 10, burst: 20 }) }];
// #endregion
import { type Logger, pino } from "pino";
import type { Registry } from "prom-client";

export async function logged(redis: string, url: string, log: Logger, registry: Registry): Promise<number> {
  // #region logging
  const acme = createFetchApi({
    provider: "acme",
    account: "main",
    operation: ["GET /things"],
    quota,
    tracing: true, // spans for the OpenTelemetry SDK that is registered
    log: log.child({ part: "acme" }), // pino, or anything with info() and warn()
    logging: { slowWaitMs: 500 }, // `true` for the defaults
    redis,
    registry,
  });
  const response = await withCorrelation("request-7", () => acme(`${url}/things`));
  // #endregion
  await acme.close();
  return response.status;
}

/** A logger whose lines are kept. */
export function keptLines(): { readonly log: Logger; readonly lines: Record<string, unknown>[] } {
  const lines: Record<string, unknown>[] = [];
  const write = (line: string): void => void lines.push(JSON.parse(line) as Record<string, unknown>);
  return { log: pino({ level: "info" }, { write }), lines };
}
