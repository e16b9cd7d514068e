import { runCall, scrubSecrets, streamedBody, withCallOptions, withoutCallOptions } from "@sluice/core";
import { describeRequest, type GitHubRequest, isTokenRequest } from "../operations/request.js";
import { accountOf } from "./account.js";
import type { Client } from "./client.js";
import { currentPaging, remember, withoutPaging } from "./logical-call.js";
import type { OctokitHook, Options, Result, Send } from "./octokit-hook.js";
import { secretsInArguments } from "./secrets.js";

/** The last of Octokit's hooks, so the outermost: one logical call for each request that is asked of Octokit. */
export function callStage(client: Client): OctokitHook {
  return async (send, options) => {
    const paging = currentPaging();
    // Octokit's pagination forgets what its user said of requests: signal, fetch, log.
    if (paging !== undefined) options.request = { ...options.request, ...paging.request };
    const request = describeRequest(options, paging?.operation);
    const run = (): Promise<Result> => withoutPaging(() => logicalCall(client, request, options, send));
    if (client.installations === undefined || !isTokenRequest(request.operation, options)) return run();
    // Others wait for it too, so it is not this caller's to abort.
    return client.installations.answer(options, (signal) => withoutCallOptions(() => withCallOptions({ signal }, run)));
  };
}

function logicalCall(client: Client, request: GitHubRequest, options: Options, send: Send): Promise<Result> {
  const { parts, secrets } = client;
  const write = request.graphql?.mutation ?? !["GET", "HEAD", "OPTIONS"].includes(request.verb);
  const all = [...secrets, ...secretsInArguments(options)];
  const { signal } = options.request;
  const init = {
    provider: "github",
    account: accountOf(client.account, client.authenticates, options.headers.authorization),
    operation: request.operation,
    verb: request.verb,
    access: write ? "write" : "read",
    args: options,
    timeoutMs: parts.timeoutMs,
    ...(signal === undefined || signal === null ? {} : { signal }),
    ...(parts.clock === undefined ? {} : { clock: parts.clock }),
  } as const;
  return runCall(parts.chain, init, async (call) => {
    if (isStream(options["data"])) call.state.set(streamedBody, true);
    remember(options, { call, request, secrets: all });
    try {
      return await send(options);
    } catch (error) {
      throw scrubSecrets(error, all, call.signal.reason);
    }
  });
}

/** A body that can be read but once. */
function isStream(data: unknown): boolean {
  if (typeof data !== "object" || data === null || ArrayBuffer.isView(data) || data instanceof ArrayBuffer)
    return false;
  return data instanceof ReadableStream || (Symbol.asyncIterator in data && !(data instanceof Blob));
}
