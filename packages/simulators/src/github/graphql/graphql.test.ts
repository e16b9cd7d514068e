import { describe, expect, it } from "vitest";
import { manualClock } from "../../clock.js";
import { bench, failureOf } from "../simulator.test-support.js";

describe("a query", () => {
  it("reads what it asks for, by aliases, variables and fragments", async () => {
    const { octokit } = await bench({ users: ["alice", "bob"] });
    const document = `
      # who and what
      query Team($org: String!, $size: Int = 1) {
        viewer { ...who }
        organization(login: $org) {
          __typename
          people: membersWithRole(first: $size) { totalCount nodes { ...who } pageInfo { hasNextPage endCursor } }
        }
        owner: repository(owner: $org, name: "repo1") { owner { ... on Organization { login } ... on User { email } } }
      }
      fragment who on User { login name @skip(if: true) }`;
    expect(await octokit.graphql(document, { org: "acme" })).toEqual({
      viewer: { login: "alice" },
      organization: {
        __typename: "Organization",
        people: {
          totalCount: 2,
          nodes: [{ login: "alice" }],
          pageInfo: { hasNextPage: true, endCursor: expect.any(String) as string },
        },
      },
      owner: { owner: { login: "acme" } },
    });
  });

  it("goes through a list by cursors", async () => {
    const { octokit } = await bench({ issues: 5 });
    const document = `query ($after: String) { repository(owner: "acme", name: "repo1") {
      issues(first: 2, after: $after, states: [OPEN]) { nodes { number } pageInfo { hasNextPage endCursor } } } }`;
    const numbers: number[] = [];
    for (let after: string | null = null, more = true; more;) {
      const { repository }: { repository: { issues: Page } } = await octokit.graphql(document, { after });
      numbers.push(...repository.issues.nodes.map(({ number }) => number));
      ({ hasNextPage: more, endCursor: after } = repository.issues.pageInfo);
    }
    expect(numbers).toEqual([1, 2, 3, 4, 5]);
  });

  it("answers errors beside the data, with status 200", async () => {
    const { octokit } = await bench();
    const ask = async (query: string) => {
      const { status, data } = await octokit.request("POST /graphql", { query });
      return [
        status,
        (data as { errors: { type?: string; message: string }[] }).errors.map(({ type, message }) => type ?? message),
      ];
    };
    expect(await ask(`{ organization(login: "none") { id } }`)).toEqual([200, ["NOT_FOUND"]]);
    expect(await ask(`{ viewer { shoeSize } }`)).toEqual([200, ["undefinedField"]]);
    expect(await ask(`{ viewer { repositories { totalCount } } }`)).toEqual([200, ["MISSING_PAGINATION_BOUNDARIES"]]);
    expect(await ask(`{ viewer { repositories(first: 101) { totalCount } } }`)).toEqual([
      200,
      ["EXCESSIVE_PAGINATION"],
    ]);
    expect(await ask(`{ viewer { login }`)).toEqual([200, ["Parse error: Unexpected end of document"]]);
    expect((await failureOf(octokit.request("POST /graphql", {}))).status).toBe(400);
    await expect(octokit.graphql(`{ user(login: "none") { id } }`)).rejects.toMatchObject({
      name: "GraphqlResponseError",
    });
  });
});

interface Page {
  readonly nodes: readonly { readonly number: number }[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
}

describe("a mutation", () => {
  it("opens an issue and comments on it", async () => {
    const { octokit, simulator } = await bench({ issues: 0 });
    const { data } = await octokit.rest.repos.get({ owner: "acme", repo: "repo1" });
    const made: { createIssue: { issue: { id: string; number: number } } } = await octokit.graphql(
      `mutation ($input: CreateIssueInput!) { createIssue(input: $input) { issue { id number } } }`,
      { input: { repositoryId: data.node_id, title: "From GraphQL" } },
    );
    expect(made.createIssue.issue.number).toBe(1);
    await octokit.graphql(
      `mutation { addComment(input: {subjectId: "${made.createIssue.issue.id}", body: "hi"}) { subject { id } } }`,
    );
    expect(
      simulator.state.repos
        .get("acme/repo1")
        ?.issues.get(1)
        ?.comments.map(({ body }) => body),
    ).toEqual(["hi"]);
  });
});

describe("the limits of GraphQL", () => {
  it("count points by the size of connections, and show them to the query that asks", async () => {
    const { octokit } = await bench({ clock: manualClock(), wallClock: manualClock(0) });
    const document = `{
      rateLimit { cost nodeCount limit used remaining resetAt }
      viewer { repositories(first: 100) { nodes { issues(first: 50) { nodes { labels(first: 60) { totalCount } } } } } } }`;
    expect(await octokit.graphql(document)).toMatchObject({
      rateLimit: {
        cost: 51,
        nodeCount: 100 + 100 * 50 + 100 * 50 * 60,
        limit: 5_000,
        used: 51,
        remaining: 4_949,
        resetAt: "1970-01-01T01:00:00Z",
      },
    });
  });

  it.each(["RATE_LIMITED", "RATE_LIMIT"] as const)("refuse with status 200 and the error type %s", async (type) => {
    const { octokit, simulator } = await bench({ limits: { graphql: 1 }, graphqlErrorType: type });
    await octokit.graphql("{ viewer { login } }");
    const { status, headers, data } = await octokit.request("POST /graphql", { query: "{ viewer { login } }" });
    expect([status, headers["x-ratelimit-remaining"], headers["x-ratelimit-resource"]]).toEqual([200, "0", "graphql"]);
    expect(data).toMatchObject({
      errors: [{ type, message: expect.stringMatching(/^API rate limit exceeded for user ID \d+\.$/) as string }],
    });
    expect(simulator.ledger.throttled()).toHaveLength(1);
    expect((await octokit.rest.orgs.get({ org: "acme" })).headers["x-ratelimit-used"]).toBe("1");
  });

  it("have a secondary limit of their own, in which a mutation counts 5", async () => {
    const { octokit } = await bench({ limits: { graphqlPoints: 6 }, clock: manualClock() });
    const mutation = `mutation { addComment(input: {subjectId: "x", body: "hi"}) { subject { id } } }`;
    await octokit.graphql("{ viewer { login } }");
    await octokit.request("POST /graphql", { query: mutation });
    const { status, data } = await failureOf(octokit.graphql("{ viewer { login } }"));
    expect([status, data["message"]]).toEqual([403, expect.stringContaining("secondary rate limit")]);
  });

  it("count a mutation as created content", async () => {
    const { octokit } = await bench({ limits: { contentCreationPerMinute: 1 }, clock: manualClock() });
    const query = `mutation { addComment(input: {subjectId: "x", body: "hi"}) { subject { id } } }`;
    await octokit.request("POST /graphql", { query });
    expect((await failureOf(octokit.request("POST /graphql", { query }))).status).toBe(403);
  });
});
