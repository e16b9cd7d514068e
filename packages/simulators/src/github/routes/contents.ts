import { blobSha, commitFile, folderOf } from "../../git/repository.js";
import type { GitHubBranch, GitHubRepository } from "../state/model.js";
import { lined, wireEntry } from "../wire/content.js";
import { wireCommit } from "../wire/repository.js";
import { ApiError, notFound } from "./api-error.js";
import { requiredText, text } from "./fields.js";
import { mustPush, repositoryOf, viewerAccount } from "./lookup.js";
import { branchOf } from "./repos.js";
import type { Reply, RouteContext, Routes } from "./route.js";

export const contentRoutes: Routes = {
  "GET /repos/{owner}/{repo}/contents/{path}": (context) => {
    const repository = repositoryOf(context);
    const ref = context.query.get("ref") ?? repository.defaultBranch;
    const { files } = branchOf(repository, ref);
    const path = pathOf(context);
    const content = files.get(path);
    if (content === undefined) return { data: folder(context, repository, ref, path) };
    if (/\braw\b/.test(context.header("accept") ?? "")) {
      return { data: content.toString(), headers: { "content-type": "application/vnd.github.raw; charset=utf-8" } };
    }
    const entry = wireEntry(path, content, ref, repository, context.origin);
    return { data: { ...entry, content: lined(content), encoding: "base64" } };
  },
  "PUT /repos/{owner}/{repo}/contents/{path}": (context) => {
    const content = Buffer.from(requiredText(context.fields, "content"), "base64");
    const { repository, branch, known, reply } = change(context, content);
    const entry = wireEntry(pathOf(context), content, branch.name, repository, context.origin);
    return { status: known ? 200 : 201, data: { content: entry, commit: reply } };
  },
  "DELETE /repos/{owner}/{repo}/contents/{path}": (context) => {
    const { reply } = change(context, undefined);
    return { data: { content: null, commit: reply } };
  },
};

/** Commits the file. Whoever replaces or removes one must say which content they know. */
function change(
  context: RouteContext,
  content: Buffer | undefined,
): { repository: GitHubRepository; branch: GitHubBranch; known: boolean; reply: unknown } {
  const { fields, state, origin } = context;
  const repository = repositoryOf(context);
  mustPush(context, repository);
  const path = pathOf(context);
  const name = text(fields, "branch") ?? repository.defaultBranch;
  const present = repository.branches.get(name)?.files.get(path);
  if (present === undefined && content === undefined) throw notFound();
  const sha = text(fields, "sha");
  if (present !== undefined && sha === undefined) {
    throw new ApiError(422, `Invalid request.\n\n"sha" wasn't supplied.`);
  }
  if (present !== undefined && sha !== blobSha(present)) {
    throw new ApiError(409, `${path} does not match ${String(sha)}`);
  }
  const message = requiredText(fields, "message");
  const branch = commitFile(repository, name, { path, content, message }, viewerAccount(context), state.nowMs());
  repository.pushedMs = state.nowMs();
  repository.updatedMs = state.nowMs();
  const commit = branch.commits.at(-1);
  const { sha: commitSha, commit: details } = commit === undefined ? {} : wireCommit(commit, repository, origin);
  const reply = { sha: commitSha, ...(details as object) };
  return { repository, branch, known: present !== undefined, reply };
}

/** What lies directly in a folder. */
function folder(context: RouteContext, repository: GitHubRepository, ref: string, path: string): Reply["data"] {
  const entries = folderOf(branchOf(repository, ref), path);
  if (entries.size === 0) throw notFound();
  return [...entries].map(([name, content]) => wireEntry(name, content, ref, repository, context.origin));
}

function pathOf({ params }: RouteContext): string {
  return (params["path"] ?? "").replaceAll(/^\/+|\/+$/g, "");
}
