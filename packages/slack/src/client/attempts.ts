import type { FetchFunction } from "@slack/web-api";
import { type Call, type Clock, createCall, type HookChain, linkSignals, partOf, scrubSecrets } from "@sluice/core";
import { accessOf } from "../operations/access.js";
import { isKnown, operationOf, upload } from "../operations/operation.js";
import { type SlackRequest, withRequest } from "../operations/request.js";
import { buffer, type BufferedResponse, type FetchResponse, unreadable } from "./buffered-response.js";
import { currentLogicalCall, type LogicalCall, outside } from "./logical-call.js";
import { stopRetrying } from "./stop-retrying.js";
import { secretsIn } from "./secrets-in.js";

type FetchInit = Parameters<FetchFunction>[1];

/** What sending needs to know of its client. */
export interface Sender {
  readonly chain: HookChain;
  readonly workspace: string;
  readonly slackApiUrl: string;
  /** The user's own `fetch`. */
  readonly fetch: FetchFunction | undefined;
  /** Bound of one attempt. Unit: milliseconds; 0 for none. */
  readonly attemptTimeoutMs: number;
  /** Whether a method nobody knows may be repeated after an unclear outcome. */
  readonly unknownIsIdempotent: boolean;
  /** Whether the SDK repeats failed requests by itself. */
  readonly sdkRetries: boolean;
  readonly clock: Clock | undefined;
  /** A 429 that the SDK will not see, since it is retried. */
  readonly onRateLimited: (
    retryAfterSeconds: number,
    request: { readonly url: string; readonly args: Readonly<Record<string, unknown>> },
  ) => void;
}

/**
 * The `fetch` that the SDK is given: every HTTP request passes the attempt stage, then goes out as the SDK made it.
 */
export function createAttempts(sender: Sender): FetchFunction {
  return (url, init) => {
    const logical = currentLogicalCall();
    const method = methodOf(String(url), sender.slackApiUrl, logical);
    const access = method === upload ? "write" : accessOf(method);
    const idempotent = access === "read" || (sender.unknownIsIdempotent && !isKnown(method));
    const part = { operation: operationOf(method), verb: "POST", access, idempotent } as const;
    const args = method === upload ? {} : (logical?.args ?? {});
    const request: SlackRequest = {
      method,
      channel: textOf(args["channel"]),
      user: textOf(args["user"]),
      onRateLimited: (retryAfterSeconds) => sender.onRateLimited(retryAfterSeconds, { url: String(url), args }),
    };
    const call = withRequest(callFor(logical, { ...part, args }, sender.workspace), request);
    let answered: FetchResponse | undefined;
    const onAnswer = (response: FetchResponse): void => void (answered = response);
    const send = (current: Call) =>
      sendOnce(sender, current, url, init, onAnswer).catch((error: unknown) => {
        request.failure = error;
        throw error;
      });
    return outside<Promise<FetchResponse>>(() => sender.chain.run("attempt", call, send)).catch((error: unknown) => {
      // To the SDK a request is answered when the headers are here. Told of a cut body now, it would send the request again.
      if (sender.sdkRetries && answered !== undefined && error === request.failure) return unreadable(answered, error);
      // Only a failed request is the SDK's to wrap and, in a plain client, to repeat.
      throw error === request.failure && !call.signal.aborted ? error : stopRetrying(error);
    });
  };
}

type Part = Pick<Call, "operation" | "verb" | "access" | "idempotent"> & {
  readonly args: Readonly<Record<string, unknown>>;
};

/** The SDK's retries of a plain client are attempts of one call; the steps of an upload are parts with attempts of their own. */
function callFor(logical: LogicalCall | undefined, part: Part, workspace: string): Call {
  if (logical === undefined) return createCall({ ...part, provider: "slack", account: workspace });
  return logical.composite ? partOf(logical.call, part) : { ...logical.call, ...part };
}

async function sendOnce(
  sender: Sender,
  call: Call,
  url: string | URL,
  init: FetchInit,
  onAnswer: (response: FetchResponse) => void,
): Promise<BufferedResponse> {
  const { signal, release } = linkSignals([init?.signal, call.signal], sender.attemptTimeoutMs, sender.clock);
  // Read at the moment of sending: tools that patch the global do so at any time.
  const fetch = sender.fetch ?? (globalThis.fetch as FetchFunction);
  try {
    // Headers of its own: cleaning the error below must not clean the next attempt's request.
    const response = await fetch(url, { ...init, headers: { ...init?.headers }, signal });
    onAnswer(response);
    return await buffer(response);
  } catch (error) {
    // Some transports put the whole request into their errors.
    throw scrubSecrets(error, secretsIn(init?.headers), signal.reason);
  } finally {
    release();
  }
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

function methodOf(url: string, slackApiUrl: string, logical: LogicalCall | undefined): string {
  if (url.startsWith(slackApiUrl)) return url.slice(slackApiUrl.length);
  if (logical?.composite === true) return upload;
  try {
    return new URL(url).host;
  } catch {
    return "other";
  }
}
