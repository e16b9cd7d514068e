import { isSluiceError, StoreUnavailableError, warnOnce } from "@sluice/core";
import { type BreakerRules, type BreakerStore, type BreakerView, encodePart } from "@sluice/limiter";
import type { RedisClient } from "../connection/client.js";
import { resolveConnection } from "../connection/options.js";
import { shareConnection } from "../connection/shared-connection.js";
import { createHealth } from "../outage/health.js";
import { createStoreClock } from "../store/store-clock.js";
import { createChangeChannel } from "./change-channel.js";
import * as commands from "./commands.js";
import type { BreakerStoreEvent, RedisBreakerStoreOptions } from "./options.js";
import { type BreakerReply, decodeReply } from "./replies.js";
import { createRemembered } from "./remembered.js";

/**
 * Breakers in Redis, shared by every process that uses the same one. Connects on first use, never keeps the process alive, and
 * answers or fails within `commandTimeoutMs`, at once while Redis is known to be away.
 *
 * @throws ConfigError when an option is out of range; passwords do not show in it.
 */
export function redisBreakerStore(options: RedisBreakerStoreOptions): BreakerStore {
  const { onEvent, ...rest } = options;
  const config = resolveConnection(rest);
  const { commandTimeoutMs, prefix } = config;
  const clock = createStoreClock();
  const remembered = createRemembered();
  const warn = warnOnce("SLUICE_BREAKER_LISTENER");
  const { run, listen, release } = shareConnection(config);
  let closed = false;

  const channel = createChangeChannel(listen);
  const tell = (event: BreakerStoreEvent): void => {
    try {
      onEvent?.(event);
    } catch (error) {
      warn("A listener of the breaker store failed", error);
    }
  };
  const health = createHealth({
    ping: () => run("PING", (redis) => redis.ping()),
    onDown: (reason) => tell({ type: "breaker-store-down", reason, message: downMessage(config.place, reason) }),
    onUp: (downMs) =>
      tell({
        type: "breaker-store-up",
        downMs,
        message: `Redis answers again after ${Math.round(downMs)} ms; breakers are shared again`,
      }),
  });

  const keyOf = (name: string, what: string): string => `${prefix}:{breaker:${encodePart(name)}}:${what}`;
  const ask = async (
    name: string,
    rules: BreakerRules,
    command: (client: RedisClient, asking: commands.Asking) => Promise<readonly unknown[]>,
  ): Promise<BreakerReply> => {
    if (closed) throw new StoreUnavailableError("The breaker store is closed");
    if (health.down) throw new StoreUnavailableError("Redis is away");
    const key = keyOf(name, "circuit");
    const nowUs = clock.nowUs();
    const asking = {
      key,
      channel: keyOf(name, "changes"),
      rules,
      deadlineUs: nowUs === 0 ? 0 : nowUs + commandTimeoutMs * 1000,
      known: remembered.of(key),
    };
    let raw: readonly unknown[];
    try {
      raw = await run("a breaker's command", (redis) => command(redis, asking));
    } catch (error) {
      health.failed(isSluiceError(error) ? error.message : "unknown");
      throw error;
    }
    health.answered();
    const reply = decodeReply(raw);
    clock.heard(reply.nowUs);
    remembered.heard(key, reply);
    return reply;
  };
  const asked = async (...args: Parameters<typeof ask>): Promise<BreakerView> => (await ask(...args)).view;

  return {
    report: (name, rules, counts) => asked(name, rules, (redis, asking) => commands.report(redis, asking, counts)),
    async probe(name, rules, id) {
      const { granted, view } = await ask(name, rules, (redis, asking) => commands.probe(redis, asking, id));
      return { granted, view };
    },
    settle: (name, rules, end) => asked(name, rules, (redis, asking) => commands.settle(redis, asking, end)),
    force: (name, rules, how) => asked(name, rules, (redis, asking) => commands.force(redis, asking, how)),
    onChange: (name, listener) => channel.listen(keyOf(name, "changes"), listener),
    async close() {
      if (closed) return;
      closed = true;
      health.stop();
      release();
    },
  };
}

function downMessage(where: string, reason: string): string {
  return `Redis at ${where} cannot be used (${reason}). Until it is back each process decides about its breakers alone, or refuses, as onStoreError says. Check that it runs and that the url is right.`;
}
