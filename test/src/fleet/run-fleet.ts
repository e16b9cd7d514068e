import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { WorkerOrders, WorkerReport } from "./limiter-worker.js";

/** The compiled worker; child processes run what was built. */
const worker = fileURLToPath(new URL("../../dist/fleet/limiter-worker.js", import.meta.url));

/** Starts processes that begin together, each `lateMs[i]` after the start, and collects what they did. */
export async function runFleet(
  processes: number,
  orders: Omit<WorkerOrders, "startAtMs">,
  lateMs: readonly number[] = [],
): Promise<WorkerReport[]> {
  const startAtMs = performance.timeOrigin + performance.now() + 1200;
  return Promise.all(
    Array.from({ length: processes }, (_, index) =>
      runWorker({ ...orders, startAtMs: startAtMs + (lateMs[index] ?? 0) }),
    ),
  );
}

function runWorker(orders: WorkerOrders): Promise<WorkerReport> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [worker, JSON.stringify(orders)], { stdio: ["ignore", "pipe", "inherit"] });
    let output = "";
    child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
    child.on("error", reject);
    child.on("close", (code) =>
      code === 0 ? resolve(JSON.parse(output) as WorkerReport) : reject(new Error(`worker ended with ${code}`)),
    );
  });
}
