import type { GitLabIssue, GitLabMergeRequest, GitLabPipeline, GitLabProject, GitLabUser } from "./model.js";
import type { WritableGitLabState } from "./state.js";

/** What an issue or merge request is made of. */
export interface IssuableDraft {
  readonly title: string;
  readonly description?: string | undefined;
  readonly labels?: readonly string[];
}

/** Opens an issue under the project's next number. */
export function openIssue(
  state: WritableGitLabState,
  project: GitLabProject,
  author: GitLabUser,
  draft: IssuableDraft,
): GitLabIssue {
  const iid = state.nextId(`issue of ${project.id}`);
  const issue: GitLabIssue = { ...opened(state, author, draft), id: state.nextId("issue"), iid, state: "opened" };
  project.issues.set(iid, issue);
  return issue;
}

/** Opens a merge request under the project's next number. */
export function openMergeRequest(
  state: WritableGitLabState,
  project: GitLabProject,
  author: GitLabUser,
  draft: IssuableDraft & { readonly sourceBranch: string; readonly targetBranch: string },
): GitLabMergeRequest {
  const iid = state.nextId(`merge request of ${project.id}`);
  const { sourceBranch, targetBranch } = draft;
  const request: GitLabMergeRequest = {
    ...opened(state, author, draft),
    id: state.nextId("merge request"),
    iid,
    state: "opened",
    sourceBranch,
    targetBranch,
  };
  project.mergeRequests.set(iid, request);
  return request;
}

/** Makes a pipeline for the head of a branch. */
export function runPipeline(
  state: WritableGitLabState,
  project: GitLabProject,
  user: GitLabUser,
  ref: string,
  source: GitLabPipeline["source"],
): GitLabPipeline {
  const pipeline: GitLabPipeline = {
    id: state.nextId("pipeline"),
    iid: project.pipelines.length + 1,
    ref,
    sha: project.branches.get(ref)?.commits.at(-1)?.sha ?? "",
    source,
    status: source === "push" ? "success" : "created",
    user,
    createdMs: state.nowMs(),
  };
  project.pipelines.push(pipeline);
  return pipeline;
}

function opened(state: WritableGitLabState, author: GitLabUser, { title, description, labels = [] }: IssuableDraft) {
  const atMs = state.nowMs();
  return {
    author,
    title,
    description: description ?? null,
    labels,
    notes: [],
    createdMs: atMs,
    updatedMs: atMs,
    closedMs: undefined,
  };
}
