import { isSluiceError, StoreUnavailableError, warnOnce } from "@sluice/core";
import type {
  GiveBackRequest,
  ObserveRequest,
  StandingSight,
  Store,
  StoreCharge,
  TakeReply,
  TakeRequest,
} from "@sluice/limiter";
import { failedAt, tooSlow } from "../connection/bounded.js";
import type { RedisClient } from "../connection/client.js";
import { connected, isReady } from "../connection/connected.js";
import { deadlinesOf } from "../connection/deadlines.js";
import { disposable } from "../connection/disposable.js";
import { explained } from "../connection/refused-login.js";
import { shareConnection } from "../connection/shared-connection.js";
import { createPublisher } from "../fleet/publisher.js";
import type { StoreEvent } from "../outage/events.js";
import { createFallback } from "../outage/fallback.js";
import { createParts, type Part } from "../outage/parts.js";
import { tryToWrite } from "../outage/try-to-write.js";
import * as commands from "../scripts/commands.js";
import { TooLate } from "../scripts/take.js";
import { type Asked, askersOf, type Batch, createBatches } from "./batches.js";
import { createKeys } from "./keys.js";
import { type RedisStoreConfig, resolveRedisStore, type RedisStoreOptions } from "./options.js";
import { createKnowledge } from "./knowledge.js";
import { createNewsChannel } from "./news-channel.js";
import { createPresence } from "./presence.js";
import { type Answered, putBatch } from "./put-batch.js";
import { storeDeadline } from "./store-deadline.js";

/** A store in Redis. */
export interface RedisStore extends Store, AsyncDisposable {
  /** Whether the last answer came from Redis. */
  readonly mode: "shared" | "local" | "open" | "closed";
  /** Processes that share this Redis, as last seen; at least 1. */
  readonly peers: number;
}

/**
 * Buckets in Redis, shared by every process that uses the same one. Connects on first use, never keeps the process alive,
 * and answers every question within `commandTimeoutMs`, and a stall of this process, by `onStoreError` when Redis does not.
 *
 * @throws ConfigError when an option is out of range; passwords do not show in it.
 */
export function redisStore(options: RedisStoreOptions): RedisStore {
  const config = resolveRedisStore(options);
  const { commandTimeoutMs, onStoreError } = config;
  const keys = createKeys(config.prefix);
  const fallback = createFallback(onStoreError);
  const onWarning = (message: string): void => tell({ type: "store-warning", message });
  const { client, clustered, run, listen, release } = shareConnection(
    config,
    options.onEvent === undefined ? undefined : onWarning,
  );
  let closed = false;
  let closing = Promise.resolve();
  const closeListeners = new Set<(error: Error) => void>();
  let everAnswered = false;
  let latencyMs = 1;

  const news = createNewsChannel(listen, keys.channel);
  const knowledge = createKnowledge();
  const presence = createPresence((name, lifetimeMs) =>
    run("presence", (redis) => commands.presence(redis, keys.presence, name, lifetimeMs)),
  );
  const publisher = createPublisher({
    peers: () => presence.peers,
    keyOf: keys.bucket,
    async write(text, lifetimeMs) {
      // Nothing is connected for this.
      if (parts.down || !isReady(client())) return;
      await run("a summary", (redis) => redis.set(keys.summary(presence.name), text, "PX", Math.ceil(lifetimeMs)));
    },
  });
  const warn = warnOnce("SLUICE_STORE_LISTENER");
  const tell = (event: StoreEvent): void => {
    try {
      config.onEvent(event);
    } catch (error) {
      warn("A listener of the store failed", error);
    }
  };
  const parts = createParts({
    clustered,
    ping: (scope) => run("a trial write", (redis) => tryToWrite(redis, keys.trial(scope))),
    onDown(reason) {
      presence.away();
      tell({
        type: "store-down",
        mode: onStoreError,
        reason,
        peers: presence.peers,
        message: downMessage(config, reason, presence.peers) + (everAnswered ? "" : otherTransport(config, reason)),
      });
    },
    onUp(downMs) {
      presence.returned();
      tell({
        type: "store-up",
        downMs,
        message: `Redis answers again after ${Math.round(downMs)} ms; limits are shared again`,
      });
    },
    onPartUp: (part) => healthy(part),
  });

  const healthy = (part: Part): void => {
    everAnswered = true;
    part.health.answered();
    for (const [scope, charges] of fallback.over((one) => parts.of(one) === part)) startEmpty(scope, charges);
    presence.keep();
    publisher.keep();
  };
  /** What was handed out while the store was away is not in its buckets, which have filled up meanwhile; so they begin empty. */
  const startEmpty = (scope: string, charges: readonly StoreCharge[]): void => {
    for (let from = 0; from < charges.length; from += 64) {
      const some = charges.slice(from, from + 64);
      const request: ObserveRequest = { scope, charges: some, pauseMs: 0, remaining: 0 };
      const word = { id: `returned${performance.now()}`, channel: keys.channel(scope), message: "" };
      const told = run("the store's return", (redis) => commands.observe(redis, keysOf(scope, some), request, word));
      // Should it be gone again already, its next answer has it said once more.
      told.catch(() => fallback.untold(scope, some));
    }
  };

  /**
   * Runs a command unless the store is known to be away; undefined says that the fallback has to answer.
   *
   * @param frees - whether it only removes, which a store whose memory is full still does. @defaultValue false
   */
  const tried = async <Value>(
    scope: string,
    what: string,
    command: (client: RedisClient) => Promise<Value>,
    frees = false,
  ): Promise<{ value: Value } | undefined> => {
    if (closed) throw closedError();
    const part = parts.of(scope);
    const away = part.health.down;
    if (away && !(frees && part.health.full)) return undefined;
    try {
      const startedMs = performance.now();
      const value = await run(what, command);
      latencyMs += (performance.now() - startedMs - latencyMs) / 8;
      if (!away) healthy(part);
      return { value };
    } catch (error) {
      part.health.failed(isSluiceError(error) ? error.message : "unknown");
      return undefined;
    }
  };

  const keysOf = (scope: string, charges: readonly StoreCharge[]): string[] =>
    charges.map((charge) => keys.bucket(scope, charge));

  /** Puts the questions of a turn to the store, or to the fallback. The hot path: few promises, and a timer shared by all. */
  const put = (batch: Batch): void => {
    const askAlone = (): void => {
      for (const { request, resolve, reject } of askersOf(batch)) answerAlone(request, resolve, reject);
    };
    if (closed) {
      for (const { reject } of askersOf(batch)) reject(closedError());
      return;
    }
    const part = parts.of(batch.scope);
    if (part.health.down) return askAlone();
    const redis = client();
    const startedMs = performance.now();
    let open = true;
    const failed = (error: StoreUnavailableError): void => {
      if (!open) return;
      open = false;
      deadline.end();
      part.health.failed(error.message);
      askAlone();
    };
    const answers = isReady(redis) && part.clock.nowUs() !== 0 ? "one" : "several";
    const deadline = deadlinesOf(commandTimeoutMs, answers).start(() => failed(tooSlow(QUESTION, commandTimeoutMs)));
    const send = (): Promise<Answered | TooLate> => {
      const ask = (deadlineUs: number): Promise<Answered | TooLate> =>
        putBatch({ keys, knowledge, tally: publisher.tally }, redis, batch, deadlineUs);
      const deadlineUs = storeDeadline(part.clock, redis, keys.trial(batch.scope), deadline.atMs);
      return typeof deadlineUs === "number" ? ask(deadlineUs) : deadlineUs.then(ask);
    };
    const asked = isReady(redis) ? send() : explained(redis, connected(redis).then(send));
    asked.then(
      (answered) => {
        if (!open) return;
        open = false;
        deadline.end();
        latencyMs += (performance.now() - startedMs - latencyMs) / 8;
        healthy(part);
        part.clock.heard(answered.nowUs, startedMs);
        if (answered instanceof TooLate) askAlone();
        else answered.handOut();
      },
      (error: unknown) => failed(failedAt(QUESTION, error)),
    );
  };
  const answerAlone = (request: TakeRequest, resolve: Asked["resolve"], reject: Asked["reject"]): void => {
    try {
      resolve(fallback.take(request, presence.peers));
    } catch (error) {
      reject(error);
    }
  };
  const batches = createBatches(put);
  const close = async (): Promise<void> => {
    closed = true;
    for (const listener of closeListeners) listener(closedError());
    closeListeners.clear();
    const said = publisher.close();
    parts.stop();
    presence.stop();
    news.close();
    await said;
    release();
  };

  return disposable<Omit<RedisStore, typeof Symbol.asyncDispose>>({
    get latencyMs() {
      // Twice the usual answer and a timer's grain.
      return latencyMs * 2 + 1;
    },
    get mode() {
      return parts.down ? onStoreError : "shared";
    },
    get peers() {
      return presence.peers;
    },
    take: (request: TakeRequest): Promise<TakeReply> => batches.ask(request),
    async giveBack(request: GiveBackRequest): Promise<void> {
      if (request.units.every(({ atUs }) => isLocal(atUs))) return fallback.local.giveBack(request);
      const places = request.charges.filter(({ limit }) => limit.kind === "concurrency").map(({ bucket }) => bucket);
      const freed = { channel: keys.channel(request.scope), message: news.encodeRelease(places) };
      const back = (redis: RedisClient): Promise<number> =>
        commands.giveBack(redis, keysOf(request.scope, request.charges), request, freed);
      await tried(request.scope, "giving tokens back", back, true);
    },
    async landed(request: GiveBackRequest): Promise<void> {
      if (request.units.every(({ atUs }) => isLocal(atUs))) return fallback.local.landed(request);
      await tried(request.scope, "an answered request", (redis) =>
        commands.landed(redis, keysOf(request.scope, request.charges), request),
      );
    },
    async renew(request: GiveBackRequest): Promise<boolean> {
      const done = await tried(request.scope, "renewing a place", (redis) =>
        commands.renew(redis, keysOf(request.scope, request.charges), request),
      );
      if (done === undefined)
        throw new StoreUnavailableError(
          "The shared store cannot be asked; nobody knows whether the place is still held",
        );
      return done.value;
    },
    async observe(request: ObserveRequest): Promise<void> {
      const { scope, pauseMs } = request;
      const message = news.encodePause({ buckets: request.charges.map(({ bucket }) => bucket), pauseMs });
      const word = { id: `observed${performance.now()}`, channel: keys.channel(scope), message };
      publisher.observed(request);
      // The fallback hears it too: an outage may begin before the pause has passed.
      await fallback.local.observe(request);
      await tried(scope, "a provider's word", (redis) =>
        commands.observe(redis, keysOf(scope, request.charges), request, word),
      );
    },
    async standings(scope, subjects, rules): Promise<readonly StandingSight[]> {
      const own = subjects.map((subject) => keys.standing(scope, subject));
      const seen = await tried(scope, "standings", (redis) => commands.standings(redis, own, rules));
      return seen?.value ?? (fallback.local.standings?.(scope, subjects, rules) as readonly StandingSight[]);
    },
    async forgive(scope, subjects) {
      const own = subjects.map((subject) => keys.standing(scope, subject));
      await fallback.local.forgive?.(scope, subjects);
      const done = await tried(scope, "forgiving", (redis) => commands.forgive(redis, own));
      if (done === undefined) throw new StoreUnavailableError("The shared store cannot be asked; nobody was forgiven");
    },
    watchWaiters: publisher.watch,
    onPause: news.onPause,
    onRelease: news.onRelease,
    onClose(listener) {
      closeListeners.add(listener);
      return () => void closeListeners.delete(listener);
    },
    close() {
      if (!closed) closing = close();
      return closing;
    },
  });
}

const QUESTION = "a question for tokens";

function closedError(): StoreUnavailableError {
  return new StoreUnavailableError("The Redis store is closed");
}

/** Instants of the local fallback count from the process's start, those of Redis from 1970: they are 30 years apart. */
function isLocal(atUs: number): boolean {
  return atUs < 1e15;
}

function downMessage({ place, onStoreError }: RedisStoreConfig, reason: string, peers: number): string {
  const meanwhile = {
    local: `this process takes 1/${peers} of each limit until it is back`,
    open: "calls are NOT limited until it is back",
    closed: "calls are refused until it is back",
  }[onStoreError];
  return `Redis at ${place} cannot be used (${reason}). With onStoreError "${onStoreError}" ${meanwhile}. Check that it runs and that REDIS_URL or the redis option names it.`;
}

/** A port that speaks the other kind answers nothing, or hangs up: neither says what is wrong. */
function otherTransport({ source }: RedisStoreConfig, reason: string): string {
  if ("client" in source || !/within \d+ ms|not connected|ECONNRESET|EPIPE|ETIMEDOUT|EPROTO|ERR_SSL/.test(reason))
    return "";
  return source.address.tls
    ? " It has never answered: does this port speak TLS, as rediss:// says?"
    : " It has never answered: does this port expect TLS? Then the URL begins with rediss://.";
}
