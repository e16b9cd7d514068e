import { Octokit } from "@octokit/rest";
import { describe, expect, it } from "vitest";
import { knownOperations } from "../operations/operation.js";
import { factory, kinds, recorder, token } from "../test-support/clients.test-support.js";
import { restMethods } from "../test-support/methods.test-support.js";
import { type LocalServer, startServer } from "../test-support/server.test-support.js";

describe.each(kinds)("%s", (_name, make) => {
  it("has Octokit's 1028 methods, and each passes both stages once under the name of its route", async () => {
    const server = await startServer();
    const seen = recorder();
    const methods = restMethods(make(server.origin, { hooks: seen.hooks, quota: () => [] }));
    expect(methods.map(({ name }) => name)).toEqual(restMethods(new Octokit()).map(({ name }) => name));
    expect(methods).toHaveLength(1028);
    for (const { run } of methods) await run();
    const routes = methods.map(({ route }) => route);
    expect(seen.calls.map(({ operation }) => operation)).toEqual(routes);
    expect(seen.attempts.map(({ operation }) => operation)).toEqual(routes);
    expect(new Set(seen.attempts.map(({ attempt, provider }) => `${provider} ${attempt}`))).toEqual(
      new Set(["github 1"]),
    );
    expect(server.received).toHaveLength(methods.length);
    expect(seen.attempts.map(({ verb }) => verb)).toEqual(server.received.map(({ method }) => method));
  }, 60_000);

  it("each page of a pagination is a call of its own, named by the route it began with", async () => {
    const server = await pages(3);
    const seen = recorder();
    const client = make(server.origin, { hooks: seen.hooks });
    const got = await client.paginate(client.rest.issues.listForRepo, { owner: "o", repo: "r", per_page: 1 });
    expect(got).toEqual([{ id: 1 }, { id: 2 }, { id: 3 }]);
    expect(seen.calls.map(({ operation }) => operation)).toEqual(Array(3).fill("GET /repos/{owner}/{repo}/issues"));
    expect(seen.attempts.map(({ id }) => id)).toEqual(seen.calls.map(({ id }) => id));
    expect(new Set(seen.calls.map(({ id }) => id)).size).toBe(3);
  });

  it.each(["GET /repos/{owner}/{repo}/issues", "/repos/{owner}/{repo}/issues"])(
    "pages are named alike when asked for by the route %s, one at a time",
    async (route) => {
      const server = await pages(3, "/odd/place");
      const seen = recorder();
      const client = make(server.origin, { hooks: seen.hooks });
      let count = 0;
      for await (const page of client.paginate.iterator(route, { owner: "o", repo: "r" })) {
        count += (page.data as unknown[]).length;
        // What is asked for meanwhile is no page.
        await client.request("GET /nowhere/{x}", { x: 1 });
      }
      expect(count).toBe(3);
      const names = ["GET /repos/{owner}/{repo}/issues", "other"];
      expect(seen.calls.map(({ operation }) => operation)).toEqual([...names, ...names, ...names]);
    },
  );

  it.each([
    ["GET", "/repos/o/r/issues/7", "GET /repos/{owner}/{repo}/issues/{issue_number}"],
    ["GET", "/repos/:owner/:repo", "GET /repos/{owner}/{repo}"],
    ["GET", "/repositories/123/issues?page=2", "GET /repos/{owner}/{repo}/issues"],
    ["HEAD", "/repos/o/r", "GET /repos/{owner}/{repo}"],
    ["GET", "/repos/o/r/contents/a/b/c.txt", "GET /repos/{owner}/{repo}/contents/{path}"],
    ["GET", "/organizations/5/members?page=3", "GET /orgs/{org}/members"],
    ["GET", "/elsewhere/1", "other"],
    ["GET", "/elsewhere/2?token=3", "other"],
  ])("a request of %s %s goes by %s", async (method, url, operation) => {
    const server = await startServer();
    const seen = recorder();
    const client = make(server.origin, { hooks: seen.hooks });
    await client.request(`${method} ${url}`, { owner: "o", repo: "r" });
    await client.request({ method: method as "GET", url: `${server.origin}${url}`, owner: "o", repo: "r" });
    expect(seen.calls.map((call) => call.operation)).toEqual([operation, operation]);
  });

  it("GraphQL is one operation, a write when it has a mutation", async () => {
    const server = await startServer(() => ({ body: { data: { viewer: { login: "me" } } } }));
    const seen = recorder();
    const client = make(server.origin, { hooks: seen.hooks });
    expect(await client.graphql("query ($n: Int!) { viewer { login } }", { n: 1 })).toEqual({
      viewer: { login: "me" },
    });
    await client.graphql('# a mutation it is not\n{ search(query: "mutation") { a } }');
    await client.graphql("mutation { addStar(input: {}) { clientMutationId } }");
    expect(seen.calls.map(({ operation, verb, access }) => `${operation} ${verb} ${access}`)).toEqual([
      "POST /graphql POST read",
      "POST /graphql POST read",
      "POST /graphql POST write",
    ]);
  });

  it("a request belongs to the call it was made for, and shows the SDK's own arguments", async () => {
    const server = await startServer();
    const seen = recorder();
    await make(server.origin, { hooks: seen.hooks }).rest.repos.get({ owner: "o", repo: "r" });
    expect(seen.attempts[0]?.id).toBe(seen.calls[0]?.id);
    expect(seen.attempts[0]?.args).toMatchObject({ owner: "o", repo: "r", url: "/repos/{owner}/{repo}" });
  });
});

it("in a factory every page is charged once, to the bucket of its resource", async () => {
  const server = await pages(3);
  const charged: string[] = [];
  const quota = (call: { readonly operation: string }) => (charged.push(call.operation), []);
  const client = factory(server.origin, { quota });
  await client.paginate("GET /repos/{owner}/{repo}/issues", { owner: "o", repo: "r" });
  expect(charged).toEqual(Array(3).fill("GET /repos/{owner}/{repo}/issues"));
});

it("every operation that can appear is on the list that metrics go by", () => {
  const routes = restMethods(new Octokit({ auth: token })).map(({ route }) => route);
  expect(knownOperations).toEqual(expect.arrayContaining([...routes, "POST /graphql", "other"]));
  expect(new Set(knownOperations).size).toBe(knownOperations.length);
});

/** So many pages of one item, each linking to the next by an address of another form, as GitHub does. */
async function pages(count: number, path = "/repositories/99/issues"): Promise<LocalServer> {
  const server: LocalServer = await startServer(({ path: asked }, index) => {
    if (asked.startsWith("/nowhere")) return {};
    const page = Number(/[?&]page=(\d+)$/.exec(asked)?.[1] ?? 1);
    const link = `<${server.origin}${path}?page=${page + 1}>; rel="next"`;
    return { body: [{ id: page }], headers: page < count && index < 20 ? { link } : {} };
  });
  return server;
}
