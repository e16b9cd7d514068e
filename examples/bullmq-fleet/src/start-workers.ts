import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { Orders } from "./orders.js";

const program = fileURLToPath(new URL("./worker.js", import.meta.url));

/** Starts so many worker processes, and resolves when all are at work, with what ends them. */
export async function startWorkers(count: number, orders: Orders): Promise<() => Promise<void>> {
  const children = Array.from({ length: count }, () => fork(program));
  await Promise.all(
    children.map(async (child) => {
      child.send(orders);
      await Promise.race([once(child, "message"), failure(child)]);
    }),
  );
  return async () => {
    const ends = children.map((child) => once(child, "exit"));
    for (const child of children) child.send("end");
    await Promise.all(ends);
  };
}

async function failure(child: ChildProcess): Promise<never> {
  const [code] = (await once(child, "exit")) as [number | null];
  throw new Error(`A worker ended with code ${code} before it was ready`);
}
