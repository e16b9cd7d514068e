import { blobSha, sha1 } from "../../git/repository.js";
import type { GitLabBranch, GitLabCommit, GitLabPipeline, GitLabProject } from "../state/model.js";
import { fullPath, namespacePath } from "../state/state.js";
import { simpleUser } from "./account.js";
import { timestamp, type Json } from "./common.js";

/** A project, in lists and on its own. */
export function wireProject(project: GitLabProject, origin: string): Json {
  const path = fullPath(project);
  const webUrl = `${origin}/${path}`;
  const self = `${origin}/api/v4/projects/${project.id}`;
  const { namespace } = project;
  const kind = "username" in namespace ? "user" : "group";
  return {
    id: project.id,
    description: project.description,
    name: project.name,
    name_with_namespace: `${namespace.name} / ${project.name}`,
    path: project.path,
    path_with_namespace: path,
    created_at: timestamp(project.createdMs),
    default_branch: project.branches.size === 0 ? null : project.defaultBranch,
    tag_list: [],
    topics: [],
    ssh_url_to_repo: `git@gitlab.example.com:${path}.git`,
    http_url_to_repo: `${webUrl}.git`,
    web_url: webUrl,
    readme_url: project.branches.size === 0 ? null : `${webUrl}/-/blob/${project.defaultBranch}/README.md`,
    forks_count: 0,
    avatar_url: null,
    star_count: 0,
    last_activity_at: timestamp(project.updatedMs),
    namespace: {
      id: namespace.id,
      name: namespace.name,
      path: namespacePath(namespace),
      kind,
      full_path: namespacePath(namespace),
      parent_id: null,
      avatar_url: null,
      web_url: `${origin}/${kind === "group" ? "groups/" : ""}${namespacePath(namespace)}`,
    },
    _links: {
      self,
      issues: `${self}/issues`,
      merge_requests: `${self}/merge_requests`,
      repo_branches: `${self}/repository/branches`,
      labels: `${self}/labels`,
      events: `${self}/events`,
      members: `${self}/members`,
    },
    empty_repo: project.branches.size === 0,
    archived: project.archived,
    visibility: project.visibility,
    creator_id: project.creator.id,
    issues_enabled: true,
    merge_requests_enabled: true,
    wiki_enabled: true,
    jobs_enabled: true,
    snippets_enabled: true,
    open_issues_count: [...project.issues.values()].filter(({ state }) => state === "opened").length,
    public_jobs: true,
    shared_with_groups: [],
    merge_method: "merge",
  };
}

/** A branch. */
export function wireBranch(branch: GitLabBranch, project: GitLabProject, origin: string): Json {
  const head = branch.commits.at(-1);
  return {
    name: branch.name,
    commit: head === undefined ? null : wireCommit(head, project, origin),
    merged: false,
    protected: branch.name === project.defaultBranch,
    developers_can_push: false,
    developers_can_merge: false,
    can_push: true,
    default: branch.name === project.defaultBranch,
    web_url: `${origin}/${fullPath(project)}/-/tree/${branch.name}`,
  };
}

/** A commit. */
export function wireCommit(commit: GitLabCommit, project: GitLabProject, origin: string): Json {
  const at = timestamp(commit.atMs);
  return {
    id: commit.sha,
    short_id: commit.sha.slice(0, 8),
    created_at: at,
    parent_ids: commit.parent === undefined ? [] : [commit.parent],
    title: commit.message.split("\n")[0],
    message: commit.message,
    author_name: commit.author.name,
    author_email: commit.author.email,
    authored_date: at,
    committer_name: commit.author.name,
    committer_email: commit.author.email,
    committed_date: at,
    trailers: {},
    extended_trailers: {},
    web_url: `${origin}/${fullPath(project)}/-/commit/${commit.sha}`,
  };
}

/** An entry of a folder. */
export function wireTreeEntry(path: string, content: Buffer | undefined): Json {
  return {
    id: content === undefined ? sha1(path) : blobSha(content),
    name: path.split("/").at(-1),
    type: content === undefined ? "tree" : "blob",
    path,
    mode: content === undefined ? "040000" : "100644",
  };
}

/** A pipeline in a list. */
export function wirePipeline(pipeline: GitLabPipeline, project: GitLabProject, origin: string): Json {
  const at = timestamp(pipeline.createdMs);
  return {
    id: pipeline.id,
    iid: pipeline.iid,
    project_id: project.id,
    sha: pipeline.sha,
    ref: pipeline.ref,
    status: pipeline.status,
    source: pipeline.source,
    created_at: at,
    updated_at: at,
    web_url: `${origin}/${fullPath(project)}/-/pipelines/${pipeline.id}`,
    name: null,
  };
}

/** A pipeline on its own. */
export function fullPipeline(pipeline: GitLabPipeline, project: GitLabProject, origin: string): Json {
  const done = pipeline.status === "success" ? timestamp(pipeline.createdMs) : null;
  return {
    ...wirePipeline(pipeline, project, origin),
    before_sha: "0".repeat(40),
    tag: false,
    yaml_errors: null,
    user: simpleUser(pipeline.user, origin),
    started_at: done,
    finished_at: done,
    committed_at: null,
    duration: done === null ? null : 1,
    queued_duration: null,
    coverage: null,
  };
}
