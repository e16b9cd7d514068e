import type { GitLabRequest } from "../operations/request.js";
import { gitlabComLimits, selfManagedLimits } from "./generated/limits.js";

/** A published limit and the requests that it counts. */
export interface Endpoint {
  /** A key of `gitlabComLimits`, `selfManagedLimits`, or both. */
  readonly name: string;
  readonly verb: string | undefined;
  readonly path: RegExp;
  /** Whether what the pattern captures (a project, a schedule, a file) has a limit of its own. */
  readonly each: boolean;
}

/** The limits whose names say less than method and path. `:name` stands for a segment, `*` for the rest; what is in brackets has a limit of its own. */
const patterns: Readonly<Record<string, readonly string[]>> = {
  issueCreation: ["POST projects/:id/issues"],
  noteCreation: ["issues", "merge_requests", "snippets"]
    .map((noteable) => `POST projects/:id/${noteable}/:iid/notes`)
    .concat("POST groups/:id/epics/:iid/notes"),
  // One limit under two names; an account is one user.
  searchPerUser: ["GET search", "GET projects/:id/search", "GET groups/:id/search"],
  searchAuthenticated: ["GET search", "GET projects/:id/search", "GET groups/:id/search"],
  // Per project, user and commit; of the commit nothing is known before the request is answered.
  pipelineCreation: ["POST projects/(:id)/pipeline"],
  pipelineCreationPerUser: ["POST projects/:id/pipeline"],
  packageHosting: ["ANY packages/*", "ANY projects/:id/packages*", "ANY groups/:id/-/packages*"],
  repositoryFilesApi: ["GET projects/(:id/repository/files/*)"],
  projectJobsIndex: ["GET projects/:id/jobs"],
  "GET project members": ["GET projects/:id/members", "GET projects/:id/members/all"],
  "GET project invited groups": ["GET projects/:id/invited_groups"],
  "GET group shared groups": ["GET groups/:id/groups/shared"],
  "GET group invited groups": ["GET groups/:id/invited_groups"],
  "POST group archive/unarchive": ["POST groups/:id/archive", "POST groups/:id/unarchive"],
  "DELETE members": ["DELETE projects/:id/members/:user_id", "DELETE groups/:id/members/:user_id"],
  projectImport: ["POST projects/import", "POST projects/remote-import", "POST projects/remote-import-s3"],
  projectExport: ["POST projects/:id/export"],
  projectExportDownload: ["GET projects/:id/export/download"],
  groupImport: ["POST groups/import"],
  groupExport: ["POST groups/:id/export"],
  groupExportDownload: ["GET groups/:id/export/download"],
  bulkImport: ["POST bulk_imports"],
  githubImport: ["POST import/github"],
  repositoryArchive: ["GET projects/(:id)/repository/archive*"],
  repositoryChangelog: ["GET projects/(:id)/repository/changelog"],
  webhookTest: ["POST projects/:id/hooks/:hook_id/test/:trigger", "POST groups/:id/hooks/:hook_id/test/:trigger"],
  webhookEventResend: [
    "POST projects/:id/hooks/:hook_id/events/:event_id/resend",
    "POST groups/:id/hooks/:hook_id/events/:event_id/resend",
  ],
  playPipelineSchedule: ["POST projects/(:id/pipeline_schedules/:schedule_id)/play"],
  codeSuggestionsApi: ["POST code_suggestions/completions"],
};

/** Names that are method and path themselves: `GET /groups/:id`. */
const spoken = /^(GET|POST|PUT|PATCH|DELETE) \/(\S+)$/;

const named = [...new Set([...Object.keys(gitlabComLimits), ...Object.keys(selfManagedLimits)])].flatMap((name) => {
  const [, verb, path] = spoken.exec(name) ?? [];
  return path === undefined ? [] : [{ name, pattern: `${verb} ${path}` }];
});

/** Every limit that counts some requests of the API and not others. */
export const endpoints: readonly Endpoint[] = [
  ...Object.entries(patterns).flatMap(([name, all]) => all.map((pattern) => ({ name, pattern }))),
  ...named,
].map(({ name, pattern }) => {
  const at = pattern.indexOf(" ");
  const [verb, path] = [pattern.slice(0, at), pattern.slice(at + 1)];
  return { name, verb: verb === "ANY" ? undefined : verb, path: expressionOf(path), each: path.includes("(") };
});

function expressionOf(path: string): RegExp {
  const source = path.replaceAll(/[.-]/g, "\\$&").replaceAll("*", ".*").replaceAll(/:\w+/g, "[^/]+");
  return new RegExp(`^${source}/?$`);
}

/** The names of the limits that a request counts against, each with the thing it is kept for. */
export function endpointsOf({ verb, path }: GitLabRequest): { name: string; each: string | undefined }[] {
  const found = new Map<string, string | undefined>();
  for (const endpoint of endpoints) {
    if (endpoint.verb !== undefined && endpoint.verb !== verb) continue;
    const match = endpoint.path.exec(path);
    if (match !== null && !found.has(endpoint.name)) found.set(endpoint.name, endpoint.each ? match[1] : undefined);
  }
  return [...found].map(([name, each]) => ({ name, each }));
}
