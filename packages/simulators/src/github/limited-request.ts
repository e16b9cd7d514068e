import type { Arrival } from "../http/arrival.js";
import type { Viewer } from "./authorization.js";
import { githubContentCreation, githubPointCosts } from "./generated/published-limits.js";
import type { GraphqlRequest } from "./graphql/request.js";
import type { LimitedRequest } from "./limits/github-limiter.js";
import type { GitHubParty, GitHubResource } from "./limits/github-limits.js";
import type { GitHubState } from "./state/state.js";

/** Whose quota a request uses. */
export function partyOf(viewer: Viewer, { ip }: Arrival, state: GitHubState): GitHubParty {
  switch (viewer.kind) {
    case "user":
      return { kind: "user", id: viewer.user.id };
    case "app":
      return { kind: "app", id: state.app.id };
    case "installation": {
      const { id, account } = viewer.installation;
      const repositories = [...state.repos.values()].filter(({ owner }) => owner.id === account.id).length;
      return { kind: "installation", id, repositories, users: account.members.size };
    }
    case "nobody":
      return { kind: "ip", address: ip };
  }
}

/** What a request takes from which limits. */
export function limitedRequest(
  arrival: Arrival,
  party: GitHubParty,
  graphql: GraphqlRequest | undefined,
): LimitedRequest {
  if (graphql !== undefined) {
    const points = graphql.isMutation ? githubPointCosts.graphqlMutation : githubPointCosts.graphqlQuery;
    const resource = party.kind === "ip" ? "core" : "graphql";
    return {
      party,
      resource,
      cost: resource === "core" ? 1 : graphql.cost,
      secondary: { graphqlPoints: points, ...(graphql.isMutation && contentCreation) },
    };
  }
  return {
    party,
    resource: resourceOf(arrival.url.pathname, party),
    cost: arrival.operation === "GET /rate_limit" ? 0 : 1,
    secondary: {
      restPoints: isRead(arrival) ? githubPointCosts.restRead : githubPointCosts.restWrite,
      ...(githubContentCreation.includes(arrival.operation) && contentCreation),
    },
  };
}

const contentCreation = { contentCreationPerMinute: 1, contentCreationPerHour: 1 };

/** Whether a request only reads. */
export function isRead({ verb }: Arrival): boolean {
  return ["GET", "HEAD", "OPTIONS"].includes(verb);
}

/** Code search is not for callers without a token, who are refused as by any other route. */
function resourceOf(path: string, party: GitHubParty): GitHubResource {
  if (path === "/search/code") return party.kind === "ip" ? "core" : "code_search";
  return path.startsWith("/search/") ? "search" : "core";
}
