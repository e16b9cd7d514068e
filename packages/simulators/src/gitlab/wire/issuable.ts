import type { GitLabIssuable, GitLabIssue, GitLabMergeRequest, GitLabNote, GitLabProject } from "../state/model.js";
import { fullPath } from "../state/state.js";
import { simpleUser } from "./account.js";
import { timestamp, type Json } from "./common.js";

/** An issue. */
export function wireIssue(issue: GitLabIssue, project: GitLabProject, origin: string): Json {
  const self = `${origin}/api/v4/projects/${project.id}/issues/${issue.iid}`;
  return {
    ...shared(issue, project, origin, `issues/${issue.iid}`, `#${issue.iid}`),
    state: issue.state,
    type: "ISSUE",
    issue_type: "issue",
    severity: "UNKNOWN",
    due_date: null,
    confidential: false,
    weight: null,
    _links: {
      self,
      notes: `${self}/notes`,
      award_emoji: `${self}/award_emoji`,
      project: `${origin}/api/v4/projects/${project.id}`,
      closed_as_duplicate_of: null,
    },
    moved_to_id: null,
    service_desk_reply_to: null,
  };
}

/** A merge request. */
export function wireMergeRequest(request: GitLabMergeRequest, project: GitLabProject, origin: string): Json {
  return {
    ...shared(request, project, origin, `merge_requests/${request.iid}`, `!${request.iid}`),
    state: request.state,
    merged_by: null,
    merge_user: null,
    merged_at: null,
    source_branch: request.sourceBranch,
    target_branch: request.targetBranch,
    source_project_id: project.id,
    target_project_id: project.id,
    reviewers: [],
    draft: false,
    work_in_progress: false,
    merge_when_pipeline_succeeds: false,
    merge_status: "can_be_merged",
    detailed_merge_status: "mergeable",
    sha: project.branches.get(request.sourceBranch)?.commits.at(-1)?.sha ?? null,
    merge_commit_sha: null,
    squash_commit_sha: null,
    should_remove_source_branch: null,
    force_remove_source_branch: false,
    has_conflicts: false,
    squash: false,
  };
}

/** A note. */
export function wireNote(
  note: GitLabNote,
  of: GitLabIssuable,
  kind: "Issue" | "MergeRequest",
  project: GitLabProject,
  origin: string,
): Json {
  return {
    id: note.id,
    type: null,
    body: note.body,
    author: simpleUser(note.author, origin),
    created_at: timestamp(note.createdMs),
    updated_at: timestamp(note.createdMs),
    system: false,
    noteable_id: of.id,
    noteable_type: kind,
    project_id: project.id,
    resolvable: false,
    confidential: false,
    internal: false,
    noteable_iid: of.iid,
  };
}

function shared(item: GitLabIssuable, project: GitLabProject, origin: string, place: string, short: string): Json {
  return {
    id: item.id,
    iid: item.iid,
    project_id: project.id,
    title: item.title,
    description: item.description,
    created_at: timestamp(item.createdMs),
    updated_at: timestamp(item.updatedMs),
    closed_at: item.closedMs === undefined ? null : timestamp(item.closedMs),
    closed_by: null,
    labels: item.labels,
    milestone: null,
    assignees: [],
    assignee: null,
    author: simpleUser(item.author, origin),
    user_notes_count: item.notes.length,
    upvotes: 0,
    downvotes: 0,
    discussion_locked: null,
    web_url: `${origin}/${fullPath(project)}/-/${place}`,
    time_stats: {
      time_estimate: 0,
      total_time_spent: 0,
      human_time_estimate: null,
      human_total_time_spent: null,
    },
    task_completion_status: { count: 0, completed_count: 0 },
    references: { short, relative: short, full: `${fullPath(project)}${short}` },
  };
}
