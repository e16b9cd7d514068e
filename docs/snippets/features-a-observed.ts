import { createServer } from "node:http";
import { createFetchApi } from "@sluice/kit";
import { tokenBucket } from "@sluice/limiter";
import { withCorrelation } from "@sluice/telemetry";
import { type Logger, pino } from "pino";
import { Registry } from "prom-client";

const quota = () => [{ bucket: "requests", limit: tokenBucket({ refillRate: 10, burst: 20 }) }];

/** The statuses of some calls, and the page of metrics after them. */
export async function measured(redis: string, url: string): Promise<string> {
  // #region metrics
  const registry = new Registry();
  const acme = createFetchApi({
    provider: "acme",
    account: "main",
    operation: ["GET /things"],
    quota,
    redis,
    registry,
  });

  const metrics = createServer(async (_request, response) => {
    response.setHeader("content-type", registry.contentType);
    response.end(await registry.metrics());
  });
  metrics.listen(0, "127.0.0.1"); // a port of your own, for Prometheus alone
  // #endregion
  await (await acme(`${url}/things`)).text();
  await (await acme(`${url}/other`)).text();
  const { port } = metrics.address() as { port: number };
  const page = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  metrics.close();
  await acme.close();
  return page;
}

/** What the breaker of a factory says after failures. */
export async function brokenOff(redis: string, url: string, registry: Registry): Promise<readonly (number | string)[]> {
  // #region breaker
  const acme = createFetchApi({
    provider: "acme",
    account: "main",
    operation: ["GET /things"],
    quota,
    breaker: { consecutiveFailures: 3, openMs: 5000 }, // `true` for the default rules
    redis,
    registry,
  });
  // #endregion
  const said: (number | string)[] = [];
  // Failures are told to the store in the background, so one call more may still go out.
  while (said.length < 50 && said.at(-1) !== "CIRCUIT_OPEN")
    await acme(`${url}/things`, { method: "POST" }).then(
      ({ status }) => said.push(status),
      (error: unknown) => said.push((error as { code: string }).code),
    );
  await acme.close();
  return said;
}

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
