import { once } from "node:events";
import { Agent, request as httpRequest } from "node:http";
import { Worker } from "node:worker_threads";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createHookChain } from "../hooks/hook-chain.js";
import { linkSignals } from "./linked-signal.js";
import { runCall } from "./run-call.js";

// The server has a loop of its own, so it answers while ours is blocked, and it says which request it has answered.
const serverCode = `
  const { createServer } = require("node:http");
  const { parentPort, workerData } = require("node:worker_threads");
  const server = createServer((request, response) => {
    response.on("finish", () => Atomics.store(workerData, 0, Number(request.url.slice(1))));
    setTimeout(() => response.end("reply"), 5);
  });
  server.listen(0, "127.0.0.1", () => parentPort.postMessage(server.address().port));
`;
const answered = new Int32Array(new SharedArrayBuffer(4));
const agent = new Agent({ keepAlive: true });
let worker: Worker;
let port: number;
let requests = 0;

beforeAll(async () => {
  worker = new Worker(serverCode, { eval: true, workerData: answered });
  [port] = (await once(worker, "message")) as [number];
});

afterAll(async () => {
  agent.destroy();
  await worker.terminate();
});

/** Sends a request; once it has left in time, stalls the event loop until the reply is here and `stallMs` are over. */
function send(number: number, stallMs: number, signal: AbortSignal, onStall: () => void): Promise<string> {
  return new Promise((resolve, reject) => {
    const sent = httpRequest({ port, agent, signal, path: `/${number}` }, (response) => {
      let text = "";
      response.on("data", (chunk) => (text += String(chunk)));
      response.on("end", () => resolve(text));
    });
    sent.on("error", reject);
    sent.on("finish", () =>
      setImmediate(() => {
        // Late by the machine's own doing: a stall now would only delay the next trial.
        if (signal.aborted) return;
        onStall();
        stall(number, stallMs);
      }),
    );
    sent.end();
  });
}

function stall(number: number, stallMs: number): void {
  let untilMs = performance.now() + stallMs;
  while (performance.now() < untilMs) {
    // However busy the machine is, the reply has time to cross over.
    if (Atomics.load(answered, 0) !== number) untilMs = Math.max(untilMs, performance.now() + 10);
  }
}

const chain = createHookChain();

it.each([
  [
    "the deadline of its call",
    (sent: (signal: AbortSignal) => Promise<string>) =>
      runCall(chain, { provider: "p", account: "a", operation: "o", timeoutMs: 40 }, ({ signal }) => sent(signal)),
  ],
  [
    "the timeout of its attempt",
    async (sent: (signal: AbortSignal) => Promise<string>) => {
      const { signal, release } = linkSignals([], 40);
      return sent(signal).finally(release);
    },
  ],
])("a reply that arrived while the event loop stalled wins over %s that passed meanwhile", async (_, within) => {
  let stalls = 0;
  let falseTimeouts = 0;
  while (stalls < 20) {
    requests += 1;
    let stalled = false;
    const ended = await within((signal) => send(requests, 60, signal, () => (stalled = true))).catch(
      (error: Error) => error,
    );
    if (!stalled) continue;
    stalls += 1;
    if (ended !== "reply") falseTimeouts += 1;
  }
  expect(falseTimeouts).toBe(0);
});
