import { anObject, isSluiceError, StoreUnavailableError, warnOnce } from "@sluice/core";
import { type BreakerRules, type BreakerStore, type BreakerView, encodePart } from "@sluice/limiter";
import type { RedisClient } from "../connection/client.js";
import { disposable } from "../connection/disposable.js";
import { resolveConnection } from "../connection/options.js";
import { shareConnection } from "../connection/shared-connection.js";
import { createParts } from "../outage/parts.js";
import { tryToWrite } from "../outage/try-to-write.js";
import { storeDeadline } from "../store/store-deadline.js";
import { createChangeChannel } from "./change-channel.js";
import * as commands from "./commands.js";
import type { BreakerStoreEvent, RedisBreakerStoreOptions } from "./options.js";
import { type BreakerReply, decodeReply } from "./replies.js";
import { createRemembered } from "./remembered.js";

/**
 * Breakers in Redis, shared by every process that uses the same one. Connects on first use, never keeps the process alive, and
 * answers or fails within `commandTimeoutMs`, and a stall of this process, at once while Redis is known to be away.
 *
 * @throws ConfigError when an option is out of range; passwords do not show in it.
 */
export function redisBreakerStore(options: RedisBreakerStoreOptions): BreakerStore & AsyncDisposable {
  anObject("options", options, "{ url } or { client }");
  const { onEvent, ...rest } = options;
  const config = resolveConnection(rest);
  const { prefix } = config;
  const remembered = createRemembered();
  const warn = warnOnce("SLUICE_BREAKER_LISTENER");
  const { clustered, run, listen, release } = shareConnection(config);
  let closed = false;

  const channel = createChangeChannel(listen);
  const tell = (event: BreakerStoreEvent): void => {
    try {
      onEvent?.(event);
    } catch (error) {
      warn("A listener of the breaker store failed", error);
    }
  };
  const parts = createParts({
    clustered,
    ping: (scope) => run("a trial write", (redis) => tryToWrite(redis, `${prefix}:{${scope}}:trial`)),
    onDown: (reason) => tell({ type: "breaker-store-down", reason, message: downMessage(config.place, reason) }),
    onUp: (downMs) =>
      tell({
        type: "breaker-store-up",
        downMs,
        message: `Redis answers again after ${Math.round(downMs)} ms; breakers are shared again`,
      }),
  });

  const scopeOf = (name: string): string => `breaker:${encodePart(name)}`;
  const keyOf = (name: string, what: string): string => `${prefix}:{${scopeOf(name)}}:${what}`;
  const ask = async (
    name: string,
    rules: BreakerRules,
    command: (client: RedisClient, asking: commands.Asking) => Promise<readonly unknown[]>,
  ): Promise<BreakerReply> => {
    if (closed) throw new StoreUnavailableError("The breaker store is closed");
    const part = parts.of(scopeOf(name));
    if (part.health.down) throw new StoreUnavailableError("Redis is away");
    const key = keyOf(name, "circuit");
    const startedMs = performance.now();
    const asking = (deadlineUs: number): commands.Asking => ({
      key,
      channel: keyOf(name, "changes"),
      rules,
      deadlineUs,
      known: remembered.of(key),
    });
    let raw: readonly unknown[];
    try {
      raw = await run("a breaker's command", async (redis, untilMs) =>
        command(redis, asking(await storeDeadline(part.clock, redis, key, untilMs))),
      );
    } catch (error) {
      part.health.failed(isSluiceError(error) ? error.message : "unknown");
      throw error;
    }
    part.health.answered();
    // A late one tells the time too: ours may have been wrong about it.
    part.clock.heard(Number(raw[1]), startedMs);
    const reply = decodeReply(raw);
    remembered.heard(key, reply);
    return reply;
  };
  const asked = async (...args: Parameters<typeof ask>): Promise<BreakerView> => (await ask(...args)).view;

  return disposable<BreakerStore>({
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
      parts.stop();
      release();
    },
  });
}

function downMessage(where: string, reason: string): string {
  return `Redis at ${where} cannot be used (${reason}). Until it is back each process decides about its breakers alone, or refuses, as onStoreError says. Check that it runs and that the url is right.`;
}
