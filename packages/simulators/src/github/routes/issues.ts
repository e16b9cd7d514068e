import type { GitHubIssue } from "../state/model.js";
import { openIssue } from "../state/issue.js";
import { wireComment, wireIssue, wirePull } from "../wire/issue.js";
import { invalid, notFound } from "./api-error.js";
import { requiredText, text, texts } from "./fields.js";
import { issueOf, mustPush, repositoryOf, viewerAccount } from "./lookup.js";
import { listed } from "./pages.js";
import type { RouteContext, Routes } from "./route.js";

export const issueRoutes: Routes = {
  "GET /repos/{owner}/{repo}/issues": (context) => {
    const repository = repositoryOf(context);
    const issues = newestFirst(repository.issues).filter(wanted(context));
    return listed(context, issues, (issue) => wireIssue(issue, repository, context.origin, accounts(context)));
  },
  "POST /repos/{owner}/{repo}/issues": (context) => {
    const repository = repositoryOf(context);
    const author = viewerAccount(context);
    const { fields, state } = context;
    const draft = {
      title: requiredText(fields, "title"),
      body: text(fields, "body") ?? null,
      labels: texts(fields, "labels") ?? [],
      assignees: texts(fields, "assignees") ?? [],
    };
    const issue = openIssue(repository, state.nextId(), author, draft, state.nowMs());
    const data = wireIssue(issue, repository, context.origin, accounts(context));
    return { status: 201, data, headers: { location: String(data["url"]) } };
  },
  "GET /repos/{owner}/{repo}/issues/{issue_number}": (context) => {
    const repository = repositoryOf(context);
    const issue = issueOf(context, repository);
    return { data: wireIssue(issue, repository, context.origin, accounts(context)), updatedMs: issue.updatedMs };
  },
  "PATCH /repos/{owner}/{repo}/issues/{issue_number}": (context) => {
    const repository = repositoryOf(context);
    const issue = issueOf(context, repository);
    mustPush(context, repository);
    update(context, issue);
    return { data: wireIssue(issue, repository, context.origin, accounts(context)) };
  },
  "GET /repos/{owner}/{repo}/issues/{issue_number}/comments": (context) => {
    const repository = repositoryOf(context);
    const issue = issueOf(context, repository);
    return listed(context, issue.comments, (comment) => wireComment(comment, issue, repository, context.origin));
  },
  "POST /repos/{owner}/{repo}/issues/{issue_number}/comments": (context) => {
    const repository = repositoryOf(context);
    const issue = issueOf(context, repository);
    const author = viewerAccount(context);
    const { fields, state } = context;
    const atMs = state.nowMs();
    const comment = {
      id: state.nextId(),
      author,
      body: requiredText(fields, "body"),
      createdMs: atMs,
      updatedMs: atMs,
    };
    issue.comments.push(comment);
    issue.updatedMs = atMs;
    const data = wireComment(comment, issue, repository, context.origin);
    return { status: 201, data, headers: { location: String(data["url"]) } };
  },
  "GET /repos/{owner}/{repo}/pulls": (context) => {
    const repository = repositoryOf(context);
    const pulls = newestFirst(repository.issues)
      .filter(({ pull }) => pull !== undefined)
      .filter(wanted(context));
    return listed(context, pulls, (pull) => wirePull(pull, repository, context.origin, accounts(context)));
  },
  "GET /repos/{owner}/{repo}/pulls/{pull_number}": (context) => {
    const repository = repositoryOf(context);
    const pull = issueOf(context, repository);
    if (pull.pull === undefined) throw notFound();
    return { data: wirePull(pull, repository, context.origin, accounts(context)), updatedMs: pull.updatedMs };
  },
};

/** Finds accounts by login. */
export function accounts({ state }: RouteContext): Parameters<typeof wireIssue>[3] {
  return (login) => state.users.get(login);
}

function newestFirst(issues: ReadonlyMap<number, GitHubIssue>): GitHubIssue[] {
  return [...issues.values()].toReversed();
}

/** Whether an issue is of the state and the labels asked for; of open ones when nothing is. */
function wanted({ query }: RouteContext): (issue: GitHubIssue) => boolean {
  const state = query.get("state") ?? "open";
  const labels = (query.get("labels") ?? "").split(",").filter((label) => label !== "");
  return (issue) => (state === "all" || issue.state === state) && labels.every((label) => issue.labels.includes(label));
}

function update({ fields, state }: RouteContext, issue: GitHubIssue): void {
  const wish = text(fields, "state") ?? issue.state;
  if (wish !== "open" && wish !== "closed") throw invalid("Issue", "state", "invalid");
  const reason = text(fields, "state_reason");
  if (wish !== issue.state) {
    issue.closedMs = wish === "closed" ? state.nowMs() : undefined;
    issue.stateReason = wish === "open" ? "reopened" : reason === "not_planned" ? "not_planned" : "completed";
  }
  issue.state = wish;
  issue.title = text(fields, "title") ?? issue.title;
  issue.body = text(fields, "body") ?? issue.body;
  issue.labels = texts(fields, "labels") ?? issue.labels;
  issue.assignees = texts(fields, "assignees") ?? issue.assignees;
  issue.updatedMs = state.nowMs();
}
