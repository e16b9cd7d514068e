// #region imports
import { createServer } from "node:http";
import { createFetchApi } from "@sluice/kit";
import { tokenBucket } from "@sluice/limiter";
import { Registry } from "prom-client";

const quota = () => [{ bucket: "requests", limit: tokenBucket({ refillRate: 10, burst: 20 }) }];
// #endregion

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
