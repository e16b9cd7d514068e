import { setTimeout as sleep } from "node:timers/promises";
import { ask } from "./ask.js";
import type { RedisProcess } from "./redis-process.js";

/** On a busy machine a process takes seconds to start. */
const DEADLINE_MS = 15_000;
const POLL_MS = 10;

/**
 * Waits until the process answers PING on its port. The process id in INFO is compared too, since another server may
 * have taken the port first and would answer just as well.
 */
export async function waitUntilReady(process: RedisProcess, password: string | undefined): Promise<void> {
  const deadline = Date.now() + DEADLINE_MS;
  const commands = [...(password ? [["AUTH", password]] : []), ["PING"], ["INFO", "server"]];
  let last = "it was not asked yet";
  while (Date.now() < deadline) {
    if (process.hasExited()) throw new Error(`redis-server ended before it was ready\n${process.output()}`);
    try {
      const reply = await ask(process.port, commands, isWhole, deadline - Date.now());
      if (reply.includes("+PONG") && reply.includes(`process_id:${process.pid}\r`)) return;
      last = reply.slice(0, 200);
    } catch (error) {
      last = String(error);
    }
    await sleep(POLL_MS);
  }
  throw new Error(`redis-server was not ready within ${DEADLINE_MS} ms; at last: ${last}\n${process.output()}`);
}

/** INFO comes last and holds the process id; an error in its place ends the wait just as well. */
function isWhole(reply: string): boolean {
  return reply.endsWith("\r\n") && (/process_id:\d+\r/.test(reply) || /^-.*\r\n$/m.test(reply));
}
