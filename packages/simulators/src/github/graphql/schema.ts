import { maySee, viewerAccount } from "../routes/lookup.js";
import type { RouteContext } from "../routes/route.js";
import { openIssue } from "../state/issue.js";
import type { GitHubRepository } from "../state/model.js";
import { readNodeId, timestamp } from "../wire/common.js";
import type { QueryCost } from "./cost.js";
import { FieldError, type Args, type GraphNode } from "./execute.js";
import { accountNode, commentNode, issueNode, repositoryNode } from "./nodes.js";

/** Where queries begin. */
export function queryRoot(context: RouteContext, price: QueryCost): GraphNode {
  const { state } = context;
  return {
    typename: "Query",
    fields: {
      viewer: () => accountNode(context, viewerAccount(context)),
      rateLimit: () => {
        const { limit, remaining, used, resetSeconds } = context.quota("graphql");
        const resetAt = timestamp(resetSeconds * 1_000);
        const fields = { limit, remaining, used, resetAt, cost: price.cost, nodeCount: price.nodes };
        return { typename: "RateLimit", fields };
      },
      user: ({ login }: Args) =>
        accountNode(context, found(state.users.get(String(login)), "a User", `login of '${String(login)}'`)),
      organization: ({ login }: Args) =>
        accountNode(context, found(state.orgs.get(String(login)), "an Organization", `login of '${String(login)}'`)),
      repository: ({ owner, name }: Args) => {
        const full = `${String(owner)}/${String(name)}`;
        const repository = state.repos.get(full);
        const visible = repository !== undefined && maySee(context, repository) ? repository : undefined;
        return repositoryNode(context, found(visible, "a Repository", `name '${full}'`));
      },
    },
  };
}

/** Where mutations begin. */
export function mutationRoot(context: RouteContext): GraphNode {
  return {
    typename: "Mutation",
    fields: {
      createIssue: ({ input }: Args) => {
        const { repositoryId, title, body } = fieldsOf(input);
        const repository = byNode(context, repositoryId);
        const draft = { title: String(title), body: typeof body === "string" ? body : null };
        const { state } = context;
        const issue = openIssue(repository, state.nextId(), viewerAccount(context), draft, state.nowMs());
        return { typename: "CreateIssuePayload", fields: { issue: issueNode(context, repository, issue) } };
      },
      addComment: ({ input }: Args) => {
        const { subjectId, body } = fieldsOf(input);
        const id = readNodeId(String(subjectId))?.id;
        for (const repository of context.state.repos.values()) {
          const issue = [...repository.issues.values()].find((candidate) => candidate.id === id);
          if (issue === undefined || !maySee(context, repository)) continue;
          const atMs = context.state.nowMs();
          const author = viewerAccount(context);
          const comment = { id: context.state.nextId(), author, body: String(body), createdMs: atMs, updatedMs: atMs };
          issue.comments.push(comment);
          const commentEdge = { typename: "IssueCommentEdge", fields: { node: commentNode(context, comment) } };
          const subject = issueNode(context, repository, issue);
          return { typename: "AddCommentPayload", fields: { commentEdge, subject } };
        }
        throw unresolved("a node", `global id of '${String(subjectId)}'`);
      },
    },
  };
}

function byNode(context: RouteContext, node: unknown): GitHubRepository {
  const id = readNodeId(String(node))?.id;
  const repository = [...context.state.repos.values()].find((candidate) => candidate.id === id);
  const visible = repository !== undefined && maySee(context, repository) ? repository : undefined;
  return found(visible, "a node", `global id of '${String(node)}'`);
}

function fieldsOf(input: unknown): Args {
  return typeof input === "object" && input !== null ? { ...input } : {};
}

function found<Thing>(thing: Thing | undefined, kind: string, by: string): Thing {
  if (thing === undefined) throw unresolved(kind, by);
  return thing;
}

function unresolved(kind: string, by: string): FieldError {
  return new FieldError("NOT_FOUND", `Could not resolve to ${kind} with the ${by}.`);
}
