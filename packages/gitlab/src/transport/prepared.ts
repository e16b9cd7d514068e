import {
  createRequesterFn,
  type RequestOptions,
  type RequesterType,
  type ResourceOptions,
} from "@gitbeaker/requester-utils";

/** A request as the SDK made it, ready to be sent any number of times. */
export interface Prepared {
  readonly endpoint: string;
  readonly options: RequestOptions;
}

/** The SDK's requester, stopped where it would send. Headers, query, body and token are made as ever, once per request. */
export const createPreparer: (service: ResourceOptions) => RequesterType = createRequesterFn(
  (_service, options) => Promise.resolve(options),
  (endpoint, options) => Promise.resolve({ body: { endpoint, options }, headers: {}, status: 0 }),
);

/** The address of a request. */
export function urlOf({ endpoint, options }: Prepared): URL {
  const { prefixUrl, searchParams } = options;
  const base = prefixUrl === undefined || prefixUrl === "" || prefixUrl.endsWith("/") ? prefixUrl : `${prefixUrl}/`;
  const url = new URL(endpoint, base === "" ? undefined : base);
  url.search = searchParams ?? "";
  return url;
}

/** The request of one attempt: a body is read from its source again. */
export function requestFor(prepared: Prepared, url: URL, signal: AbortSignal): Request {
  const { method, headers, body } = prepared.options;
  const init: RequestInit = { signal };
  if (method !== undefined) init.method = method;
  if (headers !== undefined) init.headers = headers;
  if (body !== undefined) init.body = body;
  // The SDK asks this of archives.
  if (prepared.endpoint.includes("repository/archive")) init.mode = "same-origin";
  return new Request(url, init);
}
