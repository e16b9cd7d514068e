import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { isSluiceError } from "@sluice/core";
import type { LoadSample } from "@sluice/limiter";
import { describe, expect, it } from "vitest";
import { measured } from "../../docs/snippets/features-b-inbound.js";
import { shedding } from "../../docs/snippets/features-b-load-shedding.js";

async function listen(server: Server): Promise<string> {
  server.listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function close(server: Server): Promise<void> {
  const closed = new Promise((resolve) => server.close(resolve));
  server.closeAllConnections();
  await closed;
}

describe("what the page on inbound limits shows", () => {
  it("counts decisions, those of a policy in shadow too, and does not limit what stands above", async () => {
    const { app, close: done } = measured();
    const server = createServer(app);
    const url = await listen(server);
    const statuses: number[] = [];
    for (let n = 0; n < 5; n += 1) statuses.push((await fetch(`${url}/things`)).status);
    expect(statuses).toEqual([200, 200, 200, 429, 429]);
    const text = await (await fetch(`${url}/metrics`)).text();
    const value = (series: RegExp): string | undefined => series.exec(text)?.[1];
    expect(
      value(/sluice_rate_limit_requests_total\{policy="per-ip",scope="ip",decision="denied",mode="enforce"\} (\d+)/),
    ).toBe("2");
    expect(
      value(/sluice_rate_limit_requests_total\{policy="narrow",scope="ip",decision="denied",mode="shadow"\} (\d+)/),
    ).toBe("4");
    expect(text).toMatch(/sluice_rate_limit_decision_seconds_count\{algorithm="tokenBucket"\} 5/);
    await close(server);
    await done();
  });
});

describe("what the page on load shedding shows", () => {
  it("refuses requests and work while there is too much to do, but not what is vital", async () => {
    let eventLoopDelayMs = 250;
    const sample = (): LoadSample => ({ eventLoopDelayMs, heapRatio: 0.2 });
    const { app, shedder, told, rebuild } = shedding({ sample, sampleEveryMs: 10 });
    const server = createServer(app);
    const url = await listen(server);
    const refused = await fetch(`${url}/things`);
    expect([refused.status, refused.headers.get("retry-after")]).toEqual([503, "1"]);
    expect(await refused.json()).toMatchObject({ status: 503, title: "Service unavailable" });
    expect((await fetch(`${url}/health`)).status).toBe(200);
    const error = await rebuild().catch((thrown: unknown) => thrown);
    expect(isSluiceError(error) && error.code).toBe("PROCESS_OVERLOADED");
    eventLoopDelayMs = 81; // above the four fifths at which it ends
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(shedder.shedding).toBe(true);
    eventLoopDelayMs = 79;
    await expect.poll(() => shedder.shedding, { timeout: 10_000 }).toBe(false);
    expect((await fetch(`${url}/things`)).status).toBe(200);
    expect(await rebuild()).toBe("rebuilt");
    expect(told.map(({ type }) => type)).toEqual(["shedding-began", "shedding-ended"]);
    shedder.close();
    await close(server);
  });

  it("sees an event loop that was held up", async () => {
    const { shedder, told } = shedding();
    const untilMs = performance.now() + 400;
    while (performance.now() < untilMs);
    await expect.poll(() => told.map(({ type }) => type), { timeout: 5000 }).toContain("shedding-began");
    shedder.close();
  });
});
