import { describe, expect, it } from "vitest";
import { manualClock } from "../clock.js";
import { bench } from "./simulator.test-support.js";
import { startSlackSimulator } from "./start-slack-simulator.js";

/** The globals before any simulator ran in this process. */
const untouched = { Request: globalThis.Request, Response: globalThis.Response };

/** How many servers, connections and timers of this process would keep it alive. */
function held(): number {
  const kinds = new Set(["TCPServerWrap", "TCPSocketWrap", "Timeout"]);
  return process.getActiveResourcesInfo().filter((name) => kinds.has(name)).length;
}

/** Looks again and again until nothing is held. A poll would not do: its own timer is held too. */
async function nothingHeld(): Promise<void> {
  const lastMs = performance.now() + 10_000;
  while (held() > 0 && performance.now() < lastMs) await new Promise((resolve) => void setTimeout(resolve, 10).unref());
  expect(held()).toBe(0);
}

describe("a simulator", () => {
  it("listens on the loopback address only, each on a port of its own", async () => {
    const [one, two] = [await bench(), await bench()];
    expect(one.simulator.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/api\/$/);
    expect(one.simulator.url).not.toBe(two.simulator.url);
    const neighbour = one.simulator.url.replace("127.0.0.1", "127.0.0.2");
    await expect(fetch(`${neighbour}api.test`, { signal: AbortSignal.timeout(2_000) })).rejects.toThrow();
  });

  it("listens on the port it is given, and says so when that is taken", async () => {
    const { simulator } = await bench();
    const port = Number(new URL(simulator.url).port);
    await expect(startSlackSimulator({ port })).rejects.toThrow("EADDRINUSE");
    await simulator.close();
    await using again = await startSlackSimulator({ port });
    expect(again.url).toBe(simulator.url);
    await expect(startSlackSimulator({ port: 65_536 })).rejects.toThrow("port must be a whole number from 0 to 65535");
  });

  it("answers 404 outside the API", async () => {
    const { simulator } = await bench();
    expect((await fetch(new URL("/elsewhere", simulator.url))).status).toBe(404);
  });

  it("leaves the global Request and Response alone", async () => {
    await bench();
    expect(globalThis.Request).toBe(untouched.Request);
    expect(globalThis.Response).toBe(untouched.Response);
  });

  it("keeps a ledger of who asked what, when, how large and how it ended", async () => {
    const clock = manualClock(1_000);
    const { client, simulator, post } = await bench({ clock, speed: 2, wallClock: manualClock(5) });
    clock.advance(10);
    await client.chat.postMessage({ channel: "general", text: "héllo" });
    await post("users.list", "x=1");
    expect(simulator.nowMs()).toBe(20);
    expect(simulator.ledger.entries()).toEqual([
      {
        atMs: 20,
        wallMs: 5,
        method: "chat.postMessage",
        team: "acme",
        app: "simulated-app",
        channel: "C0000001",
        status: 200,
        accepted: true,
        bytes: "channel=general&text=h%C3%A9llo".length,
      },
      { atMs: 20, wallMs: 5, method: "users.list", status: 200, accepted: false, bytes: 3 },
    ]);
    simulator.ledger.clear();
    expect(simulator.ledger.entries()).toEqual([]);
  });

  it("keeps as large a ledger as asked for", async () => {
    const { simulator, post } = await bench({ ledgerCapacity: 2 });
    expect(simulator.ledger.capacity).toBe(2);
    await post("api.test");
    expect((await bench()).simulator.ledger.capacity).toBe(1_000_000);
  });
});

describe("close", () => {
  it("settles what hangs, waits or trickles at once, and leaves nothing that keeps the process alive", async () => {
    await nothingHeld();
    const simulator = await startSlackSimulator({ latencyMs: [0, 120_000], random: () => draws.shift() ?? 0 });
    const draws = [0.5, 0, 0];
    const call = () => fetch(`${simulator.url}api.test`, { method: "POST" }).then((answer) => answer.text());
    simulator.failNext({ method: "api.test", headers: { "x-waits": "yes" } });
    simulator.failNext({ action: "hang" });
    simulator.failNext({ action: "trickle", pauseMs: 60_000 });
    const calls = [call(), call(), call()].map((answer) =>
      answer.then(
        () => "answered",
        () => "cut",
      ),
    );
    await expect.poll(() => simulator.ledger.count(), { timeout: 10_000 }).toBe(3);

    const started = performance.now();
    await simulator.close();
    expect(await Promise.all(calls)).toEqual(["cut", "cut", "cut"]);
    // What it does not wait for takes a minute.
    expect(performance.now() - started).toBeLessThan(5_000);
    await nothingHeld();
  });

  it("does not wait for idle connections that are kept alive", async () => {
    const simulator = await startSlackSimulator();
    await (await fetch(`${simulator.url}api.test`, { method: "POST" })).text();
    const started = performance.now();
    await simulator.close();
    expect(performance.now() - started).toBeLessThan(5_000);
    await expect(fetch(simulator.url)).rejects.toThrow("fetch failed");
  });

  it("may be called twice, and is what leaving an await-using block does", async () => {
    const simulator = await startSlackSimulator();
    await simulator.close();
    await simulator.close();
    await simulator[Symbol.asyncDispose]();
  });
});
