import { freePort } from "../loopback/free-port.js";
import { ask } from "./ask.js";
import { redisServerBinary } from "./binary.js";
import { type RedisProcess, spawnRedis } from "./redis-process.js";
import type { RedisServer, RedisServerOptions } from "./redis-server.js";
import { waitUntilReady } from "./wait-until-ready.js";

/** A free port may be taken by somebody else before the server listens on it; so often another one is tried. */
const PORTS_TO_TRY = 5;
const FLUSH_TIMEOUT_MS = 5_000;

/** Starts a server and waits until it answers. */
export async function startRedisServer(options: RedisServerOptions = {}): Promise<RedisServer> {
  const { password } = options;
  let current = await startOnFreePort(options);
  const { port } = current;
  const stop = (): Promise<void> => current.end("SIGTERM");
  return {
    port,
    url: password ? `redis://:${encodeURIComponent(password)}@127.0.0.1:${port}` : `redis://127.0.0.1:${port}`,
    get pid() {
      return current.pid;
    },
    stop,
    kill: () => current.end("SIGKILL"),
    pause: () => current.signal("SIGSTOP"),
    resume: () => current.signal("SIGCONT"),
    async restart() {
      await current.end("SIGKILL");
      current = await startOn(port, options);
    },
    async flush() {
      const commands = [...(password ? [["AUTH", password]] : []), ["FLUSHALL", "SYNC"]];
      const lines = commands.length;
      const reply = await ask(port, commands, (text) => text.split("\r\n").length > lines, FLUSH_TIMEOUT_MS);
      if (reply !== "+OK\r\n".repeat(lines)) throw new Error(`redis-server did not flush: ${reply.trim()}`);
    },
    [Symbol.asyncDispose]: stop,
  };
}

async function startOnFreePort(options: RedisServerOptions): Promise<RedisProcess> {
  for (let attempt = 1; ; attempt++) {
    const port = await freePort();
    try {
      return await startOn(port, options);
    } catch (error) {
      const taken = String(error).includes("Address already in use");
      if (!taken || attempt === PORTS_TO_TRY) throw error;
    }
  }
}

async function startOn(
  port: number,
  { args = [], password, sentinel = false, env = {} }: RedisServerOptions,
): Promise<RedisProcess> {
  const passwordArgs = password ? ["--requirepass", password] : [];
  const started = await spawnRedis(redisServerBinary(), port, [...passwordArgs, ...args], { sentinel, env });
  try {
    await waitUntilReady(started, password);
    return started;
  } catch (error) {
    await started.end("SIGKILL");
    throw error;
  }
}
