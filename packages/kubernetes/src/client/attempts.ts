import { type HttpLibrary, Observable, type RequestContext, type ResponseContext } from "@kubernetes/client-node";
import { type Call, type Clock, createCall, type HookChain, linkSignals, partOf, scrubSecrets } from "@sluice/core";
import { discovery } from "../operations/operation.js";
import type { Authentication } from "./authentication.js";
import { buffered } from "./buffered-response.js";
import { currentLogicalCall, type LogicalCall, outside } from "./logical-call.js";
import { secretsInHeaders } from "./secrets-in.js";
import { watchForCut } from "./watch-for-cut.js";

/** What sending needs to know of its client. */
export interface Sender {
  readonly chain: HookChain;
  readonly cluster: string;
  readonly authentication: Authentication;
  /** Whether waits and ends of calls are ours and not the SDK's. */
  readonly takesOver: boolean;
  readonly clock: Clock | undefined;
}

/** The library with the attempt stage around it: every request passes the chain, then goes out as the SDK made it. */
export function throughChain(sender: Sender, library: HttpLibrary): HttpLibrary {
  return { send: (request) => new Observable(sendRequest(sender, library, request)) };
}

async function sendRequest(sender: Sender, library: HttpLibrary, request: RequestContext): Promise<ResponseContext> {
  const logical = currentLogicalCall();
  const call = callFor(sender, logical, request);
  // The SDK's own way to pass a signal: a middleware puts it on the request. It ends the wait too.
  const theirs = request.getSignal();
  const { signal, release } = linkSignals([call.signal, theirs], 0, sender.clock);
  try {
    return await outside(() =>
      sender.chain.run("attempt", { ...call, signal }, (current) =>
        sendOnce(sender, library, request, current, logical),
      ),
    );
  } catch (error) {
    // What the transport makes of an abort says less than the caller's own reason.
    throw sender.takesOver && theirs?.aborted === true ? theirs.reason : error;
  } finally {
    release();
  }
}

async function sendOnce(
  { authentication }: Sender,
  library: HttpLibrary,
  request: RequestContext,
  { signal }: Call,
  logical: LogicalCall | undefined,
): Promise<ResponseContext> {
  const secrets = logical?.secrets ?? new Set<string>();
  try {
    const copy = copyOf(request);
    await authentication.renew(request, copy);
    for (const secret of secretsInHeaders(copy.getHeaders())) secrets.add(secret);
    signal.throwIfAborted();
    copy.setSignal(signal);
    const cut = watchForCut(copy);
    return await Promise.race([library.send(copy).toPromise().then(buffered), cut]);
  } catch (error) {
    throw scrubSecrets(error, [...secrets], signal.reason);
  }
}

/** An attempt must not change the request of the next one. */
function copyOf(request: RequestContext): RequestContext {
  const copy = Object.assign(Object.create(Object.getPrototypeOf(request) as object) as RequestContext, request);
  Reflect.set(copy, "headers", { ...request.getHeaders() });
  return copy;
}

/** A method's only request is the method's call; those of a method of several are parts of it. */
function callFor(sender: Sender, logical: LogicalCall | undefined, request: RequestContext): Call {
  const verb = String(request.getHttpMethod());
  const access = verb === "GET" || verb === "HEAD" || verb === "OPTIONS" ? "read" : "write";
  if (logical === undefined)
    return createCall({ provider: "kubernetes", account: sender.cluster, operation: "other", verb, access });
  const { call, composite } = logical;
  if (!composite && call.verb === verb) return call;
  const operation = composite && verb === "GET" && isDiscovery(request) ? discovery : call.operation;
  const idempotent = access === "read" || (call.verb === verb && call.idempotent);
  return { ...partOf(call, { operation, access, idempotent }), verb };
}

/** The list of a group's kinds: `/api/v1`, `/apis/batch/v1`. */
function isDiscovery(request: RequestContext): boolean {
  return /\/(?:api\/v1|apis\/[^/]+\/[^/]+)$/.test(new URL(request.getUrl()).pathname);
}
