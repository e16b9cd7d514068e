import type { Arrival } from "../../http/arrival.js";
import type { Viewer, GitHubTokens } from "../authorization.js";
import type { Quota } from "../limits/github-limiter.js";
import type { GitHubResource } from "../limits/github-limits.js";
import type { WritableGitHubState } from "../state/state.js";

/** A request on its way to a route. */
export interface RouteContext {
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly url: URL;
  readonly origin: string;
  readonly header: Arrival["header"];
  readonly fields: Fields;
  readonly viewer: Viewer;
  readonly state: WritableGitHubState;
  readonly tokens: GitHubTokens;
  /** Limit clock. */
  readonly nowMs: number;
  /** Wall-clock time of a moment of the limit clock. Unit: milliseconds of Unix time. */
  wallOf(limitMs: number): number;
  quota(resource: GitHubResource): Quota;
}

/** What a route answers. */
export interface Reply {
  /** @defaultValue 200 */
  readonly status?: number;
  /** Sent as JSON; a string as it stands; nothing for an empty body. */
  readonly data?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** When what is answered changed last. Unit: milliseconds of Unix time. */
  readonly updatedMs?: number;
}

/** Answers a request, or throws an `ApiError`. */
export type Route = (context: RouteContext) => Reply;

/** Routes by their documented names. */
export type Routes = Readonly<Record<string, Route>>;

/** The fields of a JSON body. */
export type Fields = Readonly<Record<string, unknown>>;
