import type { GitLabIssuable, GitLabProject } from "../state/model.js";
import { openIssue, openMergeRequest } from "../state/open.js";
import { wireIssue, wireMergeRequest, wireNote } from "../wire/issuable.js";
import { ApiError, forbidden, invalid, notFound } from "./api-error.js";
import { requiredText, text, texts } from "./fields.js";
import { currentUserOf, levelOf, levels, projectOf, writableProject } from "./lookup.js";
import { listed } from "./pages.js";
import type { Reply, RouteContext, Routes } from "./route.js";

export const issueRoutes: Routes = {
  "GET /projects/:id/issues": (context) => {
    const project = projectOf(context);
    const issues = wanted(context, project.issues);
    return listed(context, issues, (issue) => wireIssue(issue, project, context.origin));
  },
  "GET /projects/:id/issues/:issue_iid": (context) => {
    const { project, item } = found(context, "issues", "issue_iid");
    return { data: wireIssue(item, project, context.origin) };
  },
  "POST /projects/:id/issues": (context) => {
    const author = currentUserOf(context);
    const project = projectOf(context);
    const { fields, state, origin } = context;
    const draft = {
      title: titleOf(fields),
      description: text(fields, "description"),
      labels: texts(fields, "labels") ?? [],
    };
    return { status: 201, data: wireIssue(openIssue(state, project, author, draft), project, origin) };
  },
  "PUT /projects/:id/issues/:issue_iid": (context) => {
    const { project, item } = found(context, "issues", "issue_iid");
    mustWrite(context, project);
    item.state = update(context, item) ?? item.state;
    return { data: wireIssue(item, project, context.origin) };
  },
  "DELETE /projects/:id/issues/:issue_iid": (context) => {
    const { project, item } = found(context, "issues", "issue_iid");
    mustWrite(context, project, levels.owner);
    project.issues.delete(item.iid);
    return { status: 204 };
  },
  "GET /projects/:id/issues/:issue_iid/notes": (context) => {
    const { project, item } = found(context, "issues", "issue_iid");
    return listed(context, item.notes.toReversed(), (note) => wireNote(note, item, "Issue", project, context.origin));
  },
  "POST /projects/:id/issues/:issue_iid/notes": (context) => {
    const { project, item } = found(context, "issues", "issue_iid");
    return addNote(context, project, item, "Issue");
  },
};

export const mergeRequestRoutes: Routes = {
  "GET /projects/:id/merge_requests": (context) => {
    const project = projectOf(context);
    const requests = wanted(context, project.mergeRequests);
    return listed(context, requests, (request) => wireMergeRequest(request, project, context.origin));
  },
  "GET /projects/:id/merge_requests/:merge_request_iid": (context) => {
    const { project, item } = found(context, "mergeRequests", "merge_request_iid");
    return { data: wireMergeRequest(item, project, context.origin) };
  },
  "POST /projects/:id/merge_requests": (context) => {
    const project = writableProject(context);
    const { fields, state, origin } = context;
    const sourceBranch = requiredText(fields, "source_branch");
    const open = [...project.mergeRequests.values()].find(
      (request) => request.sourceBranch === sourceBranch && request.state === "opened",
    );
    if (open !== undefined) {
      const message = `Another open merge request already exists for this source branch: !${open.iid}`;
      throw new ApiError(409, { message: [message] });
    }
    const draft = {
      title: titleOf(fields),
      description: text(fields, "description"),
      labels: texts(fields, "labels") ?? [],
      sourceBranch,
      targetBranch: requiredText(fields, "target_branch"),
    };
    const request = openMergeRequest(state, project, currentUserOf(context), draft);
    return { status: 201, data: wireMergeRequest(request, project, origin) };
  },
  "PUT /projects/:id/merge_requests/:merge_request_iid": (context) => {
    const { project, item } = found(context, "mergeRequests", "merge_request_iid");
    mustWrite(context, project);
    item.state = update(context, item) ?? item.state;
    return { data: wireMergeRequest(item, project, context.origin) };
  },
  "GET /projects/:id/merge_requests/:merge_request_iid/notes": (context) => {
    const { project, item } = found(context, "mergeRequests", "merge_request_iid");
    const wire = (note: (typeof item.notes)[number]) => wireNote(note, item, "MergeRequest", project, context.origin);
    return listed(context, item.notes.toReversed(), wire);
  },
  "POST /projects/:id/merge_requests/:merge_request_iid/notes": (context) => {
    const { project, item } = found(context, "mergeRequests", "merge_request_iid");
    return addNote(context, project, item, "MergeRequest");
  },
};

type Kind = "issues" | "mergeRequests";
type ItemOf<K extends Kind> = GitLabProject[K] extends Map<number, infer Item> ? Item : never;

function found<K extends Kind>(
  context: RouteContext,
  kind: K,
  param: string,
): { readonly project: GitLabProject; readonly item: ItemOf<K> } {
  const project = projectOf(context);
  const items = project[kind] as unknown as ReadonlyMap<number, ItemOf<K>>;
  const item = items.get(Number(context.params[param]));
  if (item === undefined) throw notFound(kind === "issues" ? "Issue" : "");
  return { project, item };
}

/** Newest first, of the state and labels asked for; of every state when none is. */
function wanted<Item extends GitLabIssuable & { readonly state: string }>(
  { query }: RouteContext,
  items: ReadonlyMap<number, Item>,
): readonly Item[] {
  const state = query.get("state") ?? "all";
  const labels = (query.get("labels") ?? "").split(",").filter((label) => label !== "");
  const search = query.get("search")?.toLowerCase() ?? "";
  return [...items.values()]
    .filter(
      (item) =>
        (state === "all" || item.state === state) &&
        labels.every((label) => item.labels.includes(label)) &&
        item.title.toLowerCase().includes(search),
    )
    .toReversed();
}

function mustWrite(context: RouteContext, project: GitLabProject, least: number = levels.developer): void {
  currentUserOf(context);
  if (levelOf(context, project) < least) throw forbidden();
}

function titleOf(fields: RouteContext["fields"]): string {
  const title = requiredText(fields, "title");
  if (title === "") throw invalid({ title: ["can't be blank"] });
  return title;
}

/** Changes what the fields name; returns the state they ask for, if they do. */
function update({ fields, state }: RouteContext, item: GitLabIssuable): "opened" | "closed" | undefined {
  item.title = text(fields, "title") ?? item.title;
  item.description = text(fields, "description") ?? item.description;
  item.labels = texts(fields, "labels") ?? item.labels;
  item.updatedMs = state.nowMs();
  const event = text(fields, "state_event");
  if (event === undefined) return undefined;
  if (event !== "close" && event !== "reopen")
    throw new ApiError(400, { error: "state_event does not have a valid value" });
  item.closedMs = event === "close" ? state.nowMs() : undefined;
  return event === "close" ? "closed" : "opened";
}

function addNote(
  context: RouteContext,
  project: GitLabProject,
  item: GitLabIssuable,
  kind: "Issue" | "MergeRequest",
): Reply {
  const { fields, state, origin } = context;
  const author = currentUserOf(context);
  const note = { id: state.nextId("note"), author, body: requiredText(fields, "body"), createdMs: state.nowMs() };
  item.notes.push(note);
  item.updatedMs = state.nowMs();
  return { status: 201, data: wireNote(note, item, kind, project, origin) };
}
