import { type Call, stateKey } from "@sluice/core";

/** What quota, feedback and retry need to know of one HTTP request beside the call. */
export interface GitLabRequest {
  readonly verb: string;
  /** Below `/api/v4/`, as sent, without the query. */
  readonly path: string;
  /** As the SDK names it, for patterns of its `rateLimits`. */
  readonly endpoint: string;
  /** Why sending failed, once it did; errors of hooks are none. */
  failure?: unknown;
}

const key = stateKey<GitLabRequest | undefined>("gitlab.request", () => undefined);

export function setRequest(call: Call, request: GitLabRequest): void {
  call.state.set(key, request);
}

/** The request of a call; undefined for a call that is not ours. */
export function requestOf(call: Call): GitLabRequest | undefined {
  return call.state.get(key);
}

/** The part of a URL's path that says which endpoint it is. */
export function pathOf(url: URL): string {
  const at = url.pathname.indexOf(API);
  return at === -1 ? url.pathname : url.pathname.slice(at + API.length);
}

const API = "/api/v4/";
