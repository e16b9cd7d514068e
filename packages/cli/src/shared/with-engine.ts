import { redisFleet, type RedisFleet } from "@sluice/limiter-redis";
import type { PolicyEngine } from "@sluice/policy";
import type { Terminal } from "../terminal.js";
import { type ConnectionFlags, connectionOf } from "./options.js";

/** Does something with the engine of a name, of which this process is a part meanwhile. It brings no policies of its own. */
export async function withEngine<Value>(
  flags: ConnectionFlags,
  terminal: Terminal,
  act: (engine: PolicyEngine) => Promise<Value>,
): Promise<Value> {
  return withFleet(flags, terminal, async (fleet) => {
    // Says at once what is wrong with a Redis that does not answer.
    await fleet.nowMs();
    const { createPolicyEngine } = await import("@sluice/policy");
    const redis = connectionOf(flags, terminal);
    const engine = createPolicyEngine({ redis, name: flags.name, policies: [], author: terminal.user ?? "cli" });
    try {
      await engine.ready();
      return await act(engine);
    } finally {
      await engine.close();
    }
  });
}

/** Does something with a view of the whole fleet. */
export async function withFleet<Value>(
  flags: ConnectionFlags,
  terminal: Terminal,
  act: (fleet: RedisFleet) => Promise<Value>,
): Promise<Value> {
  const fleet = redisFleet(connectionOf(flags, terminal));
  try {
    return await act(fleet);
  } finally {
    await fleet.close();
  }
}
