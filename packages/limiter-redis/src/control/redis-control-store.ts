import { isSluiceError, StoreUnavailableError, warnOnce } from "@sluice/core";
import { checkAuditOptions, checkChange, checkSpace, type ControlStore, encodePart } from "@sluice/limiter";
import type { RedisClient } from "../connection/client.js";
import { disposable } from "../connection/disposable.js";
import { resolveConnection } from "../connection/options.js";
import { isLackOfRights } from "../connection/rights.js";
import { shareConnection } from "../connection/shared-connection.js";
import { createParts } from "../outage/parts.js";
import { tryToWrite } from "../outage/try-to-write.js";
import { storeDeadline } from "../store/store-deadline.js";
import { createChanges } from "./changes.js";
import * as commands from "./commands.js";
import { createConfirming } from "./confirming.js";
import { type ControlStoreEvent, type RedisControlStoreOptions, resolveControl } from "./options.js";
import { decodeEntries, decodeHead, decodeSight, wordOf } from "./replies.js";

/**
 * Shared state in Redis, with its audit. Connects on first use, never keeps the process alive, and answers or fails within
 * `commandTimeoutMs`, at once while Redis is known to be away; only a change that meets others takes longer, see `changeTimeoutMs`.
 *
 * How much of acknowledged changes and their entries a crash of Redis may take is what its `appendfsync` says: none with `always`, about a
 * second with `everysec`, all without persistence. What a failover may take is bounded by `confirm`.
 *
 * @throws ConfigError when an option is out of range; passwords do not show in it.
 */
export function redisControlStore(options: RedisControlStoreOptions): ControlStore & AsyncDisposable {
  const connection = resolveConnection(options);
  const config = resolveControl(options);
  const { commandTimeoutMs, prefix } = connection;
  const { confirm } = config;
  const warn = warnOnce("SLUICE_CONTROL_LISTENER");
  const { clustered, run, listen, release } = shareConnection(connection);
  const waiting = confirm && createConfirming(connection.source, commandTimeoutMs, confirm);
  let closed = false;

  const tell = (event: ControlStoreEvent): void => {
    try {
      config.onEvent?.(event);
    } catch (error) {
      warn("A listener of the control store failed", error);
    }
  };
  const parts = createParts({
    clustered,
    ping: (scope) => run("a trial write", (redis) => tryToWrite(redis, `${prefix}:{${scope}}:trial`)),
    onDown: (reason) => tell({ type: "control-store-down", reason, message: downMessage(connection.place, reason) }),
    onUp: (downMs) =>
      tell({
        type: "control-store-up",
        downMs,
        message: `Redis answers again after ${Math.round(downMs)} ms; shared state can be read and changed again`,
      }),
  });

  const scopeOf = (space: string): string => `control:${encodePart(space)}`;
  const keysOf = (space: string): commands.SpaceKeys => {
    const head = `${prefix}:{${scopeOf(space)}}:`;
    return {
      head: `${head}head`,
      records: `${head}records`,
      audit: `${head}audit`,
      reading: `${head}reading`,
      channel: `${head}changes`,
    };
  };
  const ask = async (
    space: string,
    what: string,
    command: (client: RedisClient, deadlineUs: number) => Promise<readonly unknown[]>,
    through: typeof run = run,
  ): Promise<readonly unknown[]> => {
    if (closed) throw new StoreUnavailableError("The control store is closed");
    const { health, clock } = parts.of(scopeOf(space));
    if (health.down) throw new StoreUnavailableError("Redis is away");
    const startedMs = performance.now();
    let reply: readonly unknown[];
    try {
      reply = await through(what, async (redis, untilMs) =>
        command(redis, await storeDeadline(clock, redis, keysOf(space).head, untilMs)),
      );
    } catch (error) {
      // Redis answers; waiting for its return would hide what it says.
      if (isLackOfRights(error)) throw withAdvice(error);
      health.failed(isSluiceError(error) ? error.message : "unknown");
      throw error;
    }
    health.answered();
    // A late one tells the time too: ours may have been wrong about it.
    clock.heard(Number(reply[1]), startedMs);
    wordOf(reply);
    return reply;
  };
  const changes = createChanges({
    config,
    keysOf,
    nowMs: (space) => parts.of(scopeOf(space)).clock.nowUs() / 1000,
    ask: (space, command) => ask(space, "a change of shared state", command, waiting?.run),
  });

  return disposable<ControlStore>({
    async read(space, known) {
      checkSpace(space);
      const seen = typeof known === "number" ? { version: known, generation: "*" } : known;
      const reply = await ask(space, "a look at shared state", (redis, deadlineUs) =>
        commands.read(redis, keysOf(space), deadlineUs, seen),
      );
      changes.heard(space, decodeHead(reply));
      return wordOf(reply) === "same" ? undefined : decodeSight(reply);
    },
    async change(space, change) {
      return changes.change(space, checkChange(space, change));
    },
    onChange: (space, listener) => (closed ? () => {} : listen(keysOf(checkSpace(space)).channel, () => listener())),
    async audit(space, asked = {}) {
      const { after, count, newest } = checkAuditOptions(asked);
      const wanted = { count, newest, ...(after === undefined ? {} : { after }) };
      return decodeEntries(
        await ask(checkSpace(space), "a look at the audit", (redis, deadlineUs) =>
          commands.audit(redis, keysOf(space), deadlineUs, wanted),
        ),
      );
    },
    async close() {
      if (closed) return;
      closed = true;
      parts.stop();
      waiting?.close();
      release();
    },
  });
}

function withAdvice(error: Error): StoreUnavailableError {
  const message = `${error.message}. The user of Redis lacks a right that policies, overrides, switches and their audit need: redisRights({ control: true }) lists all, and sluice doctor says which is missing`;
  return new StoreUnavailableError(message);
}

function downMessage(where: string, reason: string): string {
  return `Redis at ${where} cannot be used (${reason}). Until it is back nothing that is shared can be changed, and what was last read holds on. Check that it runs and that the url is right.`;
}
