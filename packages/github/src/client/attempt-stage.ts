import { type Call, createCall, isSluiceError, linkSignals, scrubSecrets } from "@sluice/core";
import { describeRequest, type GitHubRequest, withRequest } from "../operations/request.js";
import type { Client } from "./client.js";
import { createExchange } from "./exchange.js";
import { type LogicalCall, logicalCallOf } from "./logical-call.js";
import type { OctokitHook, Options, Result, Send } from "./octokit-hook.js";
import { secretsInArguments, secretsInHeaders } from "./secrets.js";

/**
 * The first of Octokit's hooks after authentication, so that a token which ran out while the attempt waited is made anew: each
 * HTTP request passes the attempt stage, then goes out as Octokit made it.
 */
export function attemptStage(client: Client, getToken: () => Promise<unknown>): OctokitHook {
  return async (send, options) => {
    const logical = logicalCallOf(options) ?? outsideOfCalls(client, options);
    const { request } = logical;
    // Ahead of the limits: nobody holds tokens or a place while a token of the installation is got.
    if (client.installation && needsToken(request)) await getToken().catch(leaveToTheAttempt);
    const call = withRequest(logical.call, request);
    return client.parts.chain.run("attempt", call, async (current) => {
      try {
        return await attempt(client, logical, current, send, options);
      } catch (error) {
        request.failure = error;
        throw error;
      }
    });
  };
}

async function attempt(
  client: Client,
  { request, secrets }: LogicalCall,
  call: Call,
  send: Send,
  options: Options,
): Promise<Result> {
  const given = options.request;
  const linked = linkSignals([given.signal, call.signal]);
  const sent: { authorization?: string; open?: boolean } = {};
  begin(request);
  // Not changed in place: Octokit shares it between all requests of a client.
  options.request = {
    ...given,
    signal: linked.signal,
    fetch: createExchange({ client, call, request, given, signal: linked.signal, sent }),
  };
  try {
    return await send(options);
  } catch (error) {
    if (isRefusedToken(error) && client.installations?.refused(sent.authorization ?? "") === true)
      request.renewal = request.renewal === undefined ? "due" : "done";
    // Octokit takes whatever its `fetch` throws for a failed request.
    const { cause } = (error ?? {}) as { cause?: unknown };
    if (isSluiceError(cause)) throw cause;
    throw scrubSecrets(error, [...secrets, ...secretsInHeaders(sent)], linked.signal.reason);
  } finally {
    options.request = given;
    // The body of a stream is still on its way, and the caller may still end it.
    if (sent.open !== true) linked.release();
  }
}

function begin(request: GitHubRequest): void {
  request.answer = undefined;
  request.failure = undefined;
  if (request.renewal === "due") request.renewal = "made";
}

/** An app signs the one kind of requests itself, and sends its secret with the other. */
function needsToken({ asApp, operation }: GitHubRequest): boolean {
  return !asApp && !operation.includes(" /applications/");
}

/** What is no answer of GitHub and no limit, such as a strategy that knows no such token, the request itself will meet if it matters. */
function leaveToTheAttempt(error: unknown): void {
  const { status } = (error ?? {}) as { status?: unknown };
  if (isSluiceError(error) || typeof status === "number") throw error;
}

function isRefusedToken(error: unknown): boolean {
  return (error as { status?: unknown } | null)?.status === 401;
}

/** A plugin that sends while the client is being made: the call stage is not there yet. */
function outsideOfCalls(client: Client, options: Options): LogicalCall {
  const request = describeRequest(options);
  const { operation, verb } = request;
  const call = createCall({ provider: "github", account: client.account, operation, verb, args: options });
  return { call, request, secrets: [...client.secrets, ...secretsInArguments(options)] };
}
