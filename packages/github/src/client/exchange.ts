import { type Call, partOf } from "@sluice/core";
import { bufferResponse } from "@sluice/core/fetch";
import { type GitHubRequest, withRequest } from "../operations/request.js";
import type { Client } from "./client.js";
import type { Options } from "./octokit-hook.js";

/** What one attempt sends with. */
export interface ExchangeOptions {
  readonly client: Client;
  readonly call: Call;
  readonly request: GitHubRequest;
  /** The user's own `request` options. */
  readonly given: Options["request"];
  readonly signal: AbortSignal;
  /** What was sent, for the attempt to know. */
  readonly sent: { authorization?: string; open?: boolean };
}

interface Init {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
}

type Fetch = (url: string, init: Init) => Promise<Response>;

/**
 * The `fetch` of one attempt. A strategy may send its request again by itself, for a clock that is off or a token that is too new: such
 * requests pass the attempt stage like any other.
 */
export function createExchange(options: ExchangeOptions): Fetch {
  const { client, call, request } = options;
  let requests = 0;
  return (url, init) => {
    requests += 1;
    if (requests === 1) return exchange(options, request, url, init);
    const again: GitHubRequest = { ...request, within: true, again: true };
    return client.parts.chain.run("attempt", withRequest(partOf(call, {}), again), () =>
      exchange(options, again, url, init),
    );
  };
}

async function exchange(
  { call, given, signal, sent }: ExchangeOptions,
  request: GitHubRequest,
  url: string,
  init: Init,
): Promise<Response> {
  const { authorization } = init.headers;
  if (authorization !== undefined) sent.authorization = authorization;
  const outgoing = { account: call.account, method: init.method, url, headers: init.headers };
  const cache = given.parseSuccessResponseBody === false ? undefined : request.cache;
  // Read at the moment of sending: tools that patch the global do so at any time.
  const fetch = (given.fetch ?? globalThis.fetch) as Fetch;
  try {
    const response = await fetch(url, { ...init, headers: cache?.headersFor(outgoing) ?? init.headers });
    request.answer = { status: response.status, authorized: authorization !== undefined };
    if (given.parseSuccessResponseBody === false && response.status < 300) {
      sent.open = true;
      return response;
    }
    // Octokit takes a body that is cut short for an empty one.
    const whole = await bufferResponse(response, { method: init.method });
    return cache === undefined ? whole : await cache.settle(outgoing, whole);
  } catch (error) {
    // Octokit writes a status into errors of this name, and the caller's reason is not ours to change.
    throw signal.aborted ? new DOMException("This operation was aborted", "AbortError") : error;
  }
}
