import { createHash } from "node:crypto";
import { blobSha, branchOff, commitFile, folderOf } from "../../git/repository.js";
import type { GitLabBranch, GitLabProject } from "../state/model.js";
import { wireBranch, wireCommit, wireTreeEntry } from "../wire/project.js";
import { ApiError, invalid, notFound } from "./api-error.js";
import { requiredText, text } from "./fields.js";
import { currentUserOf, projectOf, writableProject } from "./lookup.js";
import { listed } from "./pages.js";
import type { Reply, RouteContext, Routes } from "./route.js";

export const repositoryRoutes: Routes = {
  "GET /projects/:id/repository/branches": (context) => {
    const project = projectOf(context);
    const search = context.query.get("search") ?? "";
    const branches = [...project.branches.values()].filter(({ name }) => name.includes(search));
    return listed(context, branches, (branch) => wireBranch(branch, project, context.origin));
  },
  "GET /projects/:id/repository/branches/:branch": (context) => {
    const project = projectOf(context);
    return { data: wireBranch(branchOf(project, context.params["branch"]), project, context.origin) };
  },
  "POST /projects/:id/repository/branches": (context) => {
    const project = writableProject(context);
    const { fields, query, origin } = context;
    const name = text(fields, "branch") ?? query.get("branch") ?? requiredText(fields, "branch");
    const ref = text(fields, "ref") ?? query.get("ref") ?? requiredText(fields, "ref");
    if (project.branches.has(name)) throw invalid("Branch already exists");
    const from = project.branches.get(ref);
    if (from === undefined) throw invalid(`Invalid reference name: ${ref}`);
    return { status: 201, data: wireBranch(branchOff(project, from, name), project, origin) };
  },
  "DELETE /projects/:id/repository/branches/:branch": (context) => {
    const project = writableProject(context);
    if (!project.branches.delete(context.params["branch"] ?? "")) throw notFound("Branch");
    return { status: 204 };
  },
  "GET /projects/:id/repository/commits": (context) => {
    const project = projectOf(context);
    const { commits } = branchOf(project, context.query.get("ref_name") ?? project.defaultBranch);
    return listed(context, commits.toReversed(), (commit) => wireCommit(commit, project, context.origin));
  },
  "GET /projects/:id/repository/commits/:sha": (context) => {
    const project = projectOf(context);
    const { sha = "" } = context.params;
    const commits = [...project.branches.values()].flatMap((branch) => branch.commits);
    const commit = commits.find((candidate) => candidate.sha === sha) ?? project.branches.get(sha)?.commits.at(-1);
    if (commit === undefined) throw notFound("Commit");
    return { data: wireCommit(commit, project, context.origin) };
  },
  "GET /projects/:id/repository/tree": (context) => {
    const project = projectOf(context);
    const branch = project.branches.get(context.query.get("ref") ?? project.defaultBranch);
    if (branch === undefined) throw notFound("Tree");
    const entries = [...folderOf(branch, context.query.get("path") ?? "")];
    return listed(context, entries, ([path, content]) => wireTreeEntry(path, content));
  },
  "GET /projects/:id/repository/files/:file_path": (context) => {
    const { path, ref, branch, content } = fileOf(context);
    const head = branch.commits.at(-1)?.sha ?? "";
    return {
      data: {
        file_name: path.split("/").at(-1),
        file_path: path,
        size: content.length,
        encoding: "base64",
        content_sha256: createHash("sha256").update(content).digest("hex"),
        ref,
        blob_id: blobSha(content),
        commit_id: head,
        last_commit_id: head,
        execute_filemode: false,
        content: content.toString("base64"),
      },
    };
  },
  "GET /projects/:id/repository/files/:file_path/raw": (context) => {
    return { data: fileOf(context).content.toString(), headers: { "content-type": "text/plain; charset=utf-8" } };
  },
  "POST /projects/:id/repository/files/:file_path": (context) => ({ status: 201, ...change(context, "create") }),
  "PUT /projects/:id/repository/files/:file_path": (context) => change(context, "update"),
  "DELETE /projects/:id/repository/files/:file_path": (context) => {
    change(context, "delete");
    return { status: 204 };
  },
};

function branchOf(project: GitLabProject, name: string | undefined): GitLabBranch {
  const branch = project.branches.get(name ?? "");
  if (branch === undefined) throw notFound("Branch");
  return branch;
}

/** The file that the path names, as the branch asked for has it. */
function fileOf(context: RouteContext) {
  const project = projectOf(context);
  const asked = context.query.get("ref");
  const ref = asked === null || asked === "HEAD" ? project.defaultBranch : asked;
  const path = context.params["file_path"] ?? "";
  const branch = project.branches.get(ref);
  const content = branch?.files.get(path);
  if (branch === undefined || content === undefined) throw notFound("File");
  return { path, ref, branch, content };
}

function change(context: RouteContext, action: "create" | "update" | "delete"): Reply {
  const project = writableProject(context);
  const { fields, query, state } = context;
  const path = context.params["file_path"] ?? "";
  const name = text(fields, "branch") ?? query.get("branch") ?? requiredText(fields, "branch");
  const message =
    text(fields, "commit_message") ?? query.get("commit_message") ?? requiredText(fields, "commit_message");
  const exists = project.branches.get(name)?.files.has(path) === true;
  if (action === "create" && exists) throw new ApiError(400, { message: "A file with this name already exists" });
  if (action !== "create" && !exists) throw new ApiError(400, { message: "A file with this name doesn't exist" });
  const encoding = text(fields, "encoding") === "base64" ? "base64" : "utf8";
  const content = action === "delete" ? undefined : Buffer.from(requiredText(fields, "content"), encoding);
  commitFile(project, name, { path, content, message }, currentUserOf(context), state.nowMs());
  project.updatedMs = state.nowMs();
  return { data: { file_path: path, branch: name } };
}
