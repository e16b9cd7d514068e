import type { Authorization, GitLabTokens } from "../authorization.js";
import type { WritableGitLabState } from "../state/state.js";

/** A request on its way to a route. */
export interface RouteContext {
  readonly params: Readonly<Record<string, string>>;
  readonly url: URL;
  readonly query: URLSearchParams;
  readonly origin: string;
  readonly fields: Fields;
  readonly viewer: Exclude<Authorization, { kind: "refused" }>;
  readonly state: WritableGitLabState;
  readonly tokens: GitLabTokens;
  /** Limit clock. */
  readonly nowMs: number;
}

/** What a route answers. */
export interface Reply {
  /** @defaultValue 200 */
  readonly status?: number;
  /** Sent as JSON; a string as it stands; nothing for an empty body. */
  readonly data?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Answers a request, or throws an `ApiError`. */
export type Route = (context: RouteContext) => Reply;

/** Routes by their documented names. */
export type Routes = Readonly<Record<string, Route>>;

/** The fields of a body. */
export type Fields = Readonly<Record<string, unknown>>;
