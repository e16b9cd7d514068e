import { maySee } from "../routes/lookup.js";
import type { RouteContext } from "../routes/route.js";
import type {
  GitHubAccount,
  GitHubComment,
  GitHubIssue,
  GitHubOrganization,
  GitHubRepository,
} from "../state/model.js";
import { fullName } from "../state/state.js";
import { nodeId, timestamp, website } from "../wire/common.js";
import { connection } from "./connection.js";
import { FieldError, type Args, type GraphNode } from "./execute.js";

/** A user, an organization or an app's bot. */
export function accountNode(context: RouteContext, account: GitHubAccount): GraphNode {
  const org = context.state.orgs.get(account.login);
  return {
    typename: account.type,
    is: ["Actor", "RepositoryOwner", "Node"],
    fields: {
      id: nodeId(account.type, account.id),
      databaseId: account.id,
      login: account.login,
      name: account.name,
      email: account.email ?? "",
      url: `${website}/${account.login}`,
      avatarUrl: `https://avatars.githubusercontent.com/u/${account.id}?v=4`,
      createdAt: timestamp(account.createdMs),
      repositories: connection("Repository", ownedBy(context, account), (item) => repositoryNode(context, item)),
      ...(org === undefined ? userFields(context, account) : organizationFields(context, org)),
    },
  };
}

export function repositoryNode(context: RouteContext, repository: GitHubRepository): GraphNode {
  const issues = [...repository.issues.values()];
  const nodeOf = (issue: GitHubIssue): GraphNode => issueNode(context, repository, issue);
  const of = (name: string, isPull: boolean) => (args: Args) =>
    connection(
      name,
      issues.filter((issue) => (issue.pull !== undefined) === isPull && isWanted(issue, args)),
      nodeOf,
    )(args);
  return {
    typename: "Repository",
    is: ["Node"],
    fields: {
      id: nodeId("Repository", repository.id),
      databaseId: repository.id,
      name: repository.name,
      nameWithOwner: fullName(repository),
      description: repository.description,
      isPrivate: repository.isPrivate,
      isArchived: repository.archived,
      url: `${website}/${fullName(repository)}`,
      createdAt: timestamp(repository.createdMs),
      updatedAt: timestamp(repository.updatedMs),
      owner: () => accountNode(context, repository.owner),
      defaultBranchRef: { typename: "Ref", fields: { name: repository.defaultBranch } },
      issues: of("Issue", false),
      pullRequests: of("PullRequest", true),
      issue: ({ number }: Args) => {
        const issue = repository.issues.get(Number(number));
        if (issue !== undefined) return nodeOf(issue);
        throw new FieldError("NOT_FOUND", `Could not resolve to an Issue with the number of ${String(number)}.`);
      },
    },
  };
}

export function issueNode(context: RouteContext, repository: GitHubRepository, issue: GitHubIssue): GraphNode {
  const typename = issue.pull === undefined ? "Issue" : "PullRequest";
  return {
    typename,
    is: ["Node", "Comment"],
    fields: {
      id: nodeId(typename, issue.id),
      databaseId: issue.id,
      number: issue.number,
      title: issue.title,
      body: issue.body ?? "",
      state: issue.state.toUpperCase(),
      url: `${website}/${fullName(repository)}/${issue.pull === undefined ? "issues" : "pull"}/${issue.number}`,
      createdAt: timestamp(issue.createdMs),
      updatedAt: timestamp(issue.updatedMs),
      author: () => accountNode(context, issue.author),
      repository: () => repositoryNode(context, repository),
      labels: connection("Label", issue.labels, (name) => ({ typename: "Label", fields: { name } })),
      comments: connection("IssueComment", issue.comments, (comment) => commentNode(context, comment)),
    },
  };
}

export function commentNode(context: RouteContext, comment: GitHubComment): GraphNode {
  return {
    typename: "IssueComment",
    is: ["Node", "Comment"],
    fields: {
      id: nodeId("IssueComment", comment.id),
      databaseId: comment.id,
      body: comment.body,
      createdAt: timestamp(comment.createdMs),
      author: () => accountNode(context, comment.author),
    },
  };
}

function userFields(context: RouteContext, { login }: GitHubAccount): GraphNode["fields"] {
  const orgs = [...context.state.orgs.values()].filter(({ members }) => members.has(login));
  return { organizations: connection("Organization", orgs, (org) => accountNode(context, org)) };
}

function organizationFields(context: RouteContext, org: GitHubOrganization): GraphNode["fields"] {
  const members = [...org.members.keys()].flatMap((login) => context.state.users.get(login) ?? []);
  return {
    description: org.description,
    membersWithRole: connection("User", members, (user) => accountNode(context, user)),
    teams: connection("Team", [...org.teams.values()], ({ id, name, slug }) => ({
      typename: "Team",
      fields: { id: nodeId("Team", id), databaseId: id, name, slug },
    })),
  };
}

function ownedBy(context: RouteContext, { id }: GitHubAccount): GitHubRepository[] {
  return [...context.state.repos.values()].filter(
    (repository) => repository.owner.id === id && maySee(context, repository),
  );
}

function isWanted(issue: GitHubIssue, { states }: Args): boolean {
  if (states === undefined || states === null) return true;
  return [states].flat().includes(issue.state.toUpperCase());
}
