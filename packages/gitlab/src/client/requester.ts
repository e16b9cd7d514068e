import {
  type FormattedResponse,
  getMatchingRateLimiter,
  GitbeakerTimeoutError,
  type RequesterType,
  type ResourceOptions,
} from "@gitbeaker/requester-utils";
import { type Call, currentContext, isSluiceError, runCall, sleep } from "@sluice/core";
import { pathOf, requestOf, setRequest } from "../operations/request.js";
import { gaveUp, readAnswer, refusal, repeatedStatuses } from "../transport/answer.js";
import { createPreparer, type Prepared, requestFor, urlOf } from "../transport/prepared.js";
import { secretsOf, send } from "../transport/send.js";
import { type MethodCall, serveMethods } from "./methods.js";
import type { FactoryParts } from "./options.js";

/** Whose requests these are, and what they pass. */
export interface Requesting {
  readonly account: string;
  /** Asked at each request: the SDK makes its resources before there are any. */
  readonly parts: () => FactoryParts;
  /** Headers that the SDK would show on every resource. */
  readonly hiddenHeaders: Readonly<Record<string, string>>;
}

type Verb = keyof RequesterType;

/**
 * What the SDK's resources send their requests by. Each request is one call, a page of a list too: it passes the call stage with its
 * own deadline, and the attempt stage once for every time it goes out.
 */
export function createRequester(requesting: Requesting): (service: ResourceOptions) => RequesterType {
  return (service) => {
    const preparer = createPreparer(hiding(service, requesting.hiddenHeaders));
    return serveMethods((method) => {
      const by =
        (verb: Verb) =>
        (endpoint: string, options?: object): Promise<FormattedResponse> =>
          oneCall(requesting, method, verb, () => prepare(preparer, verb, endpoint, options));
      const requester = { get: by("get"), post: by("post"), put: by("put"), patch: by("patch"), delete: by("delete") };
      // The type of the body is what the asking method expects.
      return requester as unknown as RequesterType;
    });
  };
}

/** A view of the service: the SDK changes headers of a resource while it lives. */
function hiding(service: ResourceOptions, hidden: Readonly<Record<string, string>>): ResourceOptions {
  if (Object.keys(hidden).length === 0) return service;
  return {
    ...service,
    get headers() {
      return { ...hidden, ...service.headers };
    },
  };
}

async function prepare(
  preparer: RequesterType,
  verb: Verb,
  endpoint: string,
  options: object | undefined,
): Promise<Prepared> {
  const { body } = await preparer[verb](endpoint, options);
  return body as unknown as Prepared;
}

function oneCall(
  requesting: Requesting,
  { operation, args, caller }: MethodCall,
  verb: Verb,
  prepared: () => Promise<Prepared>,
): Promise<FormattedResponse> {
  const parts = requesting.parts();
  const request = {
    provider: "gitlab",
    account: requesting.account,
    operation,
    verb: verb.toUpperCase(),
    caller: caller === undefined ? undefined : { ...currentContext().caller, ...caller },
    args,
    timeoutMs: parts.timeoutMs,
    ...(parts.clock === undefined ? {} : { clock: parts.clock }),
  };
  return runCall(parts.chain, request, async (call) => answerTo(await prepared(), call, parts));
}

/** All attempts of a request, and what the SDK makes of their end. */
async function answerTo(prepared: Prepared, call: Call, parts: FactoryParts): Promise<FormattedResponse> {
  const url = urlOf(prepared);
  setRequest(call, { verb: call.verb, path: pathOf(url), endpoint: prepared.endpoint });
  const { response, tries } = parts.sdkRetries
    ? await attemptsOfTheSdk(prepared, call, parts)
    : { response: await attempt(prepared, call, parts), tries: call.progress.attempts };
  if (response.ok) return readAnswer(response, prepared.options.asStream === true);
  const request = requestFor(prepared, url, call.signal);
  const end = repeatedStatuses.has(response.status) ? gaveUp(tries, request, response, secretsOf(request)) : undefined;
  throw await (end ?? refusal(request, response, secretsOf(request)));
}

async function attempt(prepared: Prepared, call: Call, parts: FactoryParts): Promise<Response> {
  const own = requestOf(call);
  try {
    return await parts.chain.run("attempt", call, (current) =>
      send(prepared, current, parts).catch((error: unknown) => {
        if (own !== undefined) own.failure = error;
        throw error;
      }),
    );
  } catch (error) {
    // The caller's reason and our own errors are no news from the transport.
    if (call.signal.aborted || isSluiceError(error) || error !== own?.failure) throw error;
    const { name } = (error ?? {}) as { name?: unknown };
    throw name === "TimeoutError" || name === "AbortError"
      ? new GitbeakerTimeoutError("Query timeout was reached")
      : error;
  }
}

const MOST_TRIES = 10;
/** Before the second try; it doubles from try to try. Unit: milliseconds. */
const FIRST_DELAY_MS = 0.25;

/**
 * What gitbeaker's own handler does, for clients that are to behave as it does: its limiter before each request, ten tries after 429
 * and 502, a quarter of a millisecond and doubled between them, whatever Retry-After says.
 */
async function attemptsOfTheSdk(
  prepared: Prepared,
  call: Call,
  parts: FactoryParts,
): Promise<{ response: Response; tries: number }> {
  const { endpoint, options } = prepared;
  const admit = getMatchingRateLimiter(endpoint, options.rateLimiters, options.method);
  for (let tries = 1; ; tries += 1) {
    await admit();
    const response = await attempt(prepared, call, parts);
    if (!repeatedStatuses.has(response.status) || tries === MOST_TRIES) return { response, tries };
    await sleep(2 ** (tries - 1) * FIRST_DELAY_MS, call.signal, parts.clock);
  }
}
