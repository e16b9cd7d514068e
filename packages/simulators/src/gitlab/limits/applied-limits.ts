import type { GitLabLimits } from "./gitlab-limits.js";

/** What the limits look at in a request. */
export interface LimitedRequest {
  /** The route as documented: `GET /projects/:id`. */
  readonly operation: string;
  readonly params: Readonly<Record<string, string>>;
  readonly ip: string;
  /** Absent without a good token. */
  readonly userId: number | undefined;
  /** The commit a pipeline would run for. */
  readonly sha: string | undefined;
}

/** A limit that counts a request, and what its count is kept by. */
export interface AppliedLimit {
  readonly name: string;
  readonly key: string;
}

/** A throttle in front of the application, which shows in headers under its own name. */
export interface AppliedThrottle extends AppliedLimit {
  readonly header: string;
}

/** The throttle in front; of several, the one that is made for the route alone. */
export function throttleOf(limits: GitLabLimits, request: LimitedRequest): AppliedThrottle | undefined {
  const { operation, params, ip, userId } = request;
  const isFile = operation.includes("/repository/files/");
  const caller = callerOf(request);
  const candidates: AppliedThrottle[] = [];
  const add = (name: string, header: string, key: string): void => {
    if (limits.of(name) !== undefined) candidates.push({ name, header, key });
  };
  if (limits.tier === "gitlab.com") {
    if (isFile) add("repositoryFilesApi", fileThrottle(userId), `${ip} ${params["id"]} ${params["file_path"]}`);
    add(userId === undefined ? "unauthenticated" : "authenticatedApi", apiThrottle(userId), caller);
  } else {
    if (isFile)
      add(userId === undefined ? "filesApiUnauthenticated" : "filesApiAuthenticated", fileThrottle(userId), caller);
    add(userId === undefined ? "unauthenticatedApi" : "authenticatedApi", apiThrottle(userId), caller);
  }
  return candidates[0];
}

/** The limits of the application itself, which never show in headers. */
export function applicationLimits(limits: GitLabLimits, request: LimitedRequest): readonly AppliedLimit[] {
  const { operation, params, ip, userId, sha } = request;
  const caller = callerOf(request);
  const applied = (named[operation] ?? []).map((name) => ({ name, key: caller }));
  if (operation === "GET /projects" && userId === undefined) {
    return kept(limits, [{ name: "GET /projects (unauthenticated)", key: ip }]);
  }
  if (operation === "GET /projects/:id/repository/files/:file_path/raw") {
    applied.push({ name: "rawEndpoint", key: `${params["id"]} ${params["file_path"]}` });
  }
  if (operation === "POST /projects/:id/pipeline") {
    applied.push({ name: "pipelineCreation", key: `${params["id"]} ${caller} ${sha ?? ""}` });
    applied.push({ name: "pipelineCreationPerUser", key: caller });
  }
  if (operation.endsWith("/search")) {
    const names =
      userId === undefined ? ["searchPerIp", "searchUnauthenticated"] : ["searchPerUser", "searchAuthenticated"];
    applied.push(...names.map((name) => ({ name, key: caller })));
  }
  return kept(limits, [...applied, { name: "allTrafficPerIp", key: ip }]);
}

/** As the ledger writes it. */
export function callerOf({ userId, ip }: Pick<LimitedRequest, "userId" | "ip">): string {
  return userId === undefined ? `ip ${ip}` : `user ${userId}`;
}

/** Limits that one route has, or some have together. */
const named: Readonly<Record<string, readonly string[]>> = {
  "GET /projects": ["GET /projects"],
  "GET /projects/:id": ["GET /projects/:id"],
  "GET /projects/:id/members": ["GET project members"],
  "GET /projects/:id/members/all": ["GET project members"],
  "GET /groups": ["GET /groups"],
  "GET /groups/:id": ["GET /groups/:id"],
  "GET /groups/:id/projects": ["GET /groups/:id/projects"],
  "GET /users/:id": ["GET /users/:id"],
  "GET /users/:user_id/projects": ["GET /users/:user_id/projects"],
  "DELETE /projects/:id/members/:user_id": ["DELETE members"],
  "DELETE /groups/:id/members/:user_id": ["DELETE members"],
  "POST /projects/:id/issues": ["issueCreation"],
  "POST /projects/:id/issues/:issue_iid/notes": ["noteCreation"],
  "POST /projects/:id/merge_requests/:merge_request_iid/notes": ["noteCreation"],
};

function kept(limits: GitLabLimits, applied: readonly AppliedLimit[]): readonly AppliedLimit[] {
  return applied.filter(({ name }) => limits.of(name) !== undefined);
}

function apiThrottle(userId: number | undefined): string {
  return userId === undefined ? "throttle_unauthenticated_api" : "throttle_authenticated_api";
}

function fileThrottle(userId: number | undefined): string {
  return userId === undefined ? "throttle_unauthenticated_files_api" : "throttle_authenticated_files_api";
}
