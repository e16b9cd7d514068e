import type { Call } from "../call/call.js";
import { currentContext } from "../call/context.js";
import { linkSignals } from "../call/linked-signal.js";
import { runCall } from "../call/run-call.js";
import type { Clock } from "../clock/clock.js";
import { ConfigError } from "../errors/config-error.js";
import { anObject, nonEmpty, oneOf } from "../errors/ranges.js";
import type { Hook } from "../hooks/hook.js";
import { createHookChain, type HookChain } from "../hooks/hook-chain.js";
import { scrubSecrets } from "../secrets/scrub.js";
import { bufferResponse } from "./buffer-response.js";
import { type FetchRequest, markStreamed, replayable, type ReplayableRequest } from "./fetch-request.js";
import { matchOperations } from "./operations.js";
import { secretsIn } from "./secrets-in.js";
import { streamedResponse } from "./streamed-response.js";

/** What a fetch API is made of. */
export interface FetchApiOptions {
  /** Its name, in metrics, keys and errors. */
  readonly provider: string;
  /** Whose quota it is. Never a secret. */
  readonly account: string;
  /**
   * From a request to a name of low cardinality: patterns such as `GET /things/{id}`, see `matchOperations`, or a function of your
   * own. What it does not know is `other`.
   */
  readonly operation: readonly string[] | ((request: FetchRequest) => string | undefined);
  /** A chain, or the hooks of one. @defaultValue none */
  readonly hooks?: HookChain | readonly Hook[] | undefined;
  /**
   * Budget of one call: waits, attempts, retries, and the body unless it is streamed.
   * Unit: milliseconds. Range: > 0, `Infinity` for none.
   *
   * @defaultValue 30000
   */
  readonly timeoutMs?: number | undefined;
  /** Requests beside GET, HEAD and OPTIONS that may be repeated after an unclear outcome. @defaultValue none */
  readonly idempotent?: ((request: FetchRequest) => boolean) | undefined;
  /**
   * `buffered`: an attempt ends with the last byte of its body, so a cut body is repeated like any failure. `streamed`: good answers are
   * handed over with their headers. Event streams are always streamed.
   *
   * @defaultValue `"buffered"`
   */
  readonly responses?: "buffered" | "streamed" | undefined;
  /** What sends. @defaultValue `globalThis.fetch`, read anew for each request */
  readonly fetch?: typeof fetch | undefined;
  readonly clock?: Clock | undefined;
}

/** A `fetch` whose every request passes a hook chain. */
export interface FetchApi {
  (...args: Parameters<typeof fetch>): ReturnType<typeof fetch>;
  /** The hook chain: print it with `describe()`, change it by name. */
  readonly hooks: HookChain;
}

/**
 * Makes a `fetch` for one account of an API: arguments, results and errors are those of fetch, and each request passes the call stage
 * once and the attempt stage once per HTTP attempt. Redirects that fetch follows by itself belong to their attempt.
 *
 * A body given as text, bytes, form or blob is sent anew by each attempt, that of a `Request` from a clone; a bare stream is sent once.
 *
 * @throws ConfigError for an option out of range.
 */
export function createFetchApi(options: FetchApiOptions): FetchApi {
  anObject("options", options, "{ provider, ... }");
  const provider = nonEmpty("provider", options.provider, 256);
  const account = nonEmpty("account", options.account, 256);
  const operationOf = operationsOf(options.operation);
  const responses = oneOf("responses", options.responses ?? "buffered", ["buffered", "streamed"] as const);
  refuseQuota(options);
  const chain = isChain(options.hooks) ? options.hooks : createHookChain({ hooks: options.hooks ?? [] });

  const api = async (...[input, init]: Parameters<typeof fetch>): Promise<Response> => {
    const replay = replayable(input, init);
    const { request, signal } = replay;
    const around = [signal, currentContext().signal];
    const call = {
      provider,
      account,
      operation: operationOf(request) ?? "other",
      verb: request.method,
      args: request,
      timeoutMs: options.timeoutMs ?? 30_000,
      ...(options.idempotent?.(request) === true ? { idempotent: true } : {}),
      ...(signal === undefined ? {} : { signal }),
      ...(options.clock === undefined ? {} : { clock: options.clock }),
    };
    const send = sender(replay, around, responses, options);
    return runCall(chain, call, (logical) => {
      if (replay.once) markStreamed(logical);
      return chain.run("attempt", logical, send);
    });
  };
  return Object.assign(api, { hooks: chain });
}

/** One HTTP attempt. */
function sender(
  replay: ReplayableRequest,
  around: readonly (AbortSignal | undefined)[],
  responses: "buffered" | "streamed",
  options: FetchApiOptions,
): (call: Call) => Promise<Response> {
  return async (call) => {
    const { signal, release } = linkSignals([call.signal, ...around], 0, options.clock);
    let streaming = false;
    try {
      // Read at the moment of sending: tools that patch the global do so at any time.
      const response = await (options.fetch ?? globalThis.fetch)(...replay.attempt(signal));
      streaming = response.ok && (responses === "streamed" || isEventStream(response));
      return streaming
        ? streamedResponse(response, release)
        : await bufferResponse(response, { method: replay.request.method });
    } catch (error) {
      // Some transports put the whole request into their errors.
      throw scrubSecrets(error, secretsIn(replay.request.url, replay.request.headers), signal.reason);
    } finally {
      if (!streaming) release();
    }
  };
}

function isEventStream({ headers }: Response): boolean {
  return headers.get("content-type")?.startsWith("text/event-stream") === true;
}

function operationsOf(operation: FetchApiOptions["operation"]): (request: FetchRequest) => string | undefined {
  if (typeof operation === "function") return operation;
  if (!Array.isArray(operation))
    throw new ConfigError({ option: "operation", accepted: "a list of patterns, or a function", value: operation });
  const match = matchOperations(operation);
  return ({ method, url }) => match(method, url.pathname);
}

function isChain(hooks: FetchApiOptions["hooks"]): hooks is HookChain {
  return hooks !== undefined && !Array.isArray(hooks);
}

/** Limits are machinery that contracts know nothing of; one that is silently not kept would be worse than none. */
function refuseQuota(options: object): void {
  if (!("quota" in options) || options.quota === undefined) return;
  throw new ConfigError({
    option: "quota",
    accepted: "left out here",
    value: options.quota,
    hint: "createFetchApi of @sluice/kit takes a quota, and keeps it",
  });
}
