import type { FetchFunction } from "@slack/web-api";
import { createCall, type HookChain, partOf } from "@sluice/core";
import { accessOf } from "../operations/access.js";
import { isKnown, operationOf, upload } from "../operations/operation.js";
import { withRequest } from "../operations/request.js";
import { buffer } from "./buffered-response.js";
import { currentLogicalCall, type LogicalCall, outside } from "./logical-call.js";

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
  /** A 429 that the SDK will not see, since it is retried. */
  readonly onRateLimited: (retryAfterSeconds: number, request: { readonly url: string; readonly args: Readonly<Record<string, unknown>> }) => void;
}

/**
 * The `fetch` that the SDK is given: every HTTP request passes the attempt stage, then goes out as the SDK made it.
 */
export function createAttempts(sender: Sender): FetchFunction {
  return (url, init) => {
    const logical = currentLogicalCall();
    const method = methodOf(String(url), sender.slackApiUrl, logical);
    const channel = logical?.args["channel"];
    const access = method === upload ? "write" : accessOf(method);
    const idempotent = access === "read" || (sender.unknownIsIdempotent && !isKnown(method));
    const part = { operation: operationOf(method), verb: "POST", access, idempotent } as const;
    const call =
      logical === undefined
        ? createCall({ ...part, provider: "slack", account: sender.workspace })
        : partOf(logical.call, { ...part, args: logical.args });
    const request = withRequest(call, {
      method,
      channel: typeof channel === "string" && channel !== "" ? channel : undefined,
      onRateLimited: (retryAfterSeconds) => sender.onRateLimited(retryAfterSeconds, { url: String(url), args: logical?.args ?? {} }),
    });

    const send = (current: typeof call) => {
      const limits = [init?.signal, current.signal, sender.attemptTimeoutMs > 0 ? AbortSignal.timeout(sender.attemptTimeoutMs) : undefined];
      const signal = AbortSignal.any(limits.filter((one) => one !== undefined));
      // Read at the moment of sending: tools that patch the global do so at any time.
      const fetch = sender.fetch ?? (globalThis.fetch as FetchFunction);
      return fetch(url, { ...init, signal }).then(buffer);
    };
    return outside(() => sender.chain.run("attempt", request, send));
  };
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
