import { type Call, type Clock, type HookChain, linkSignals, partOf, scrubSecrets } from "@sluice/core";
import { bufferResponse } from "@sluice/core/fetch";
import { login, verbOf } from "../operations/operation.js";
import { bearerOf, withBearer } from "./bearer.js";
import { type LogicalCall, outside } from "./logical-call.js";

/** What sending needs to know of its client. */
export interface Sender {
  readonly chain: HookChain;
  /** The SDK's `timeout`, when it is for each attempt and not for the waits before it. Unit: milliseconds. */
  readonly attemptTimeoutMs: () => number | undefined;
  /** The server has refused this token of ours. */
  readonly forget: (token: string) => void;
  readonly clock: Clock | undefined;
}

/**
 * One request of the SDK: it passes the attempt stage, and goes out as the SDK made it. When the server refuses the token of a login of
 * ours, the request goes through once more with a new one: a 401 says that it was not processed.
 */
export async function sendRequest(
  sender: Sender,
  logical: LogicalCall,
  input: string | URL | Request,
  init: RequestInit = {},
): Promise<Response> {
  const call = callFor(logical, input, init);
  const send = (request: RequestInit): Promise<Response> =>
    outside(() => sender.chain.run("attempt", call, (current) => sendOnce(sender, logical, current, input, request)));
  const { freshToken } = logical;
  const response = await send(init);
  if (response.status !== 401 || freshToken === undefined || call.operation === login) return response;
  const refused = logical.sent ?? bearerOf(init.headers);
  if (refused === undefined) return response;
  sender.forget(refused);
  const fresh = await outside(() => freshToken(call.signal));
  return fresh === refused ? response : send(withBearer(init, fresh));
}

async function sendOnce(
  sender: Sender,
  logical: LogicalCall,
  call: Call,
  input: string | URL | Request,
  init: RequestInit,
): Promise<Response> {
  const request = await upToDate(logical, call, init);
  const token = bearerOf(request.headers);
  if (token !== undefined) logical.secrets.add(token);
  const attemptTimeoutMs = sender.attemptTimeoutMs();
  // The SDK's own signal began to count when the request was built, the wait for its turn included.
  const theirs = attemptTimeoutMs === undefined ? init.signal : undefined;
  const { signal, release } = linkSignals([theirs, call.signal], attemptTimeoutMs, sender.clock);
  try {
    return await bufferResponse(await globalThis.fetch(input, { ...request, signal }));
  } catch (error) {
    throw scrubSecrets(error, [...logical.secrets], signal.reason);
  } finally {
    release();
  }
}

/** The request's token was taken when the SDK built it, and may have expired in the queue. */
async function upToDate(logical: LogicalCall, call: Call, init: RequestInit): Promise<RequestInit> {
  if (logical.freshToken === undefined || call.operation === login) return init;
  logical.sent = await logical.freshToken(call.signal);
  return logical.sent === bearerOf(init.headers) ? init : withBearer(init, logical.sent);
}

/** A method's only request is the method's call; the steps of others, and token requests, are parts of it. */
function callFor({ call, operation }: LogicalCall, input: string | URL | Request, init: RequestInit): Call {
  const verb = (init.method ?? "GET").toUpperCase();
  const isLogin = verb === "POST" && pathOf(input).endsWith("/protocol/openid-connect/token");
  const name = isLogin ? login : operation;
  if (name === call.operation) return isLogin ? { ...call, idempotent: repeatable(init) } : call;
  const access = verb === "GET" ? "read" : "write";
  const idempotent = isLogin ? repeatable(init) : access === "read";
  return partOf(call, { operation: name, verb: isLogin ? verbOf(login) : verb, access, idempotent });
}

/** A login may be made twice. A refresh token may be good only once. */
function repeatable({ body }: RequestInit): boolean {
  return !(typeof body === "string" && body.includes("grant_type=refresh_token"));
}

function pathOf(input: string | URL | Request): string {
  return new URL(input instanceof Request ? input.url : input).pathname;
}
