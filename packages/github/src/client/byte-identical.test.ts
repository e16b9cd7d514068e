import type { Octokit } from "@octokit/rest";
import { expect, it } from "vitest";
import type { GitHubApiOptions } from "./options.js";
import { factory, plain, sdk } from "../test-support/clients.test-support.js";
import { restMethods } from "../test-support/methods.test-support.js";
import { type LocalServer, type Received, startServer } from "../test-support/server.test-support.js";

type Make = (origin: string, options?: GitHubApiOptions) => Octokit;

const makers: readonly (readonly [string, Make])[] = [
  ["new GitHubApi", plain],
  ["createGitHubApi", factory],
  ["as()", (origin, options) => factory(origin, options).as({ namespace: "team-a" })],
];

/** Method, path, headers in their order with their values, and body; the port is the server's own. */
function bytes({ origin, received }: LocalServer): string[] {
  const host = origin.replace("http://", "");
  return received.map(({ method, path, headers, body }: Received) =>
    [`${method} ${path}`, ...headers.map(([name, value]) => `${name}: ${value}`), body.toString("base64")]
      .join("\n")
      .replaceAll(host, "host"),
  );
}

it.each(makers)(
  "%s sends what Octokit sends, byte for byte, for each of its methods",
  { timeout: 60_000 },
  async (_name, make) => {
    const [one, other] = [await startServer(), await startServer()];
    for (const { run } of restMethods(sdk(one.origin))) await run();
    for (const { run } of restMethods(make(other.origin, { quota: () => [] }))) await run();
    expect(one.received).toHaveLength(1028);
    expect(bytes(other)).toEqual(bytes(one));
  },
);

const data = new TextEncoder().encode("the bytes of an asset");

const cases: readonly (readonly [string, (client: Octokit) => Promise<unknown>, options?: GitHubApiOptions])[] = [
  ["a query", (client) => client.graphql("query ($n: Int!) { a(n: $n) }", { n: 3 })],
  ["a query with headers", (client) => client.graphql({ query: "{ a }", headers: { "x-mine": "1" } })],
  ["previews", (client) => client.request("GET /a", { mediaType: { previews: ["nebula"], format: "raw" } })],
  [
    "previews of GraphQL",
    (client) => client.graphql("{ a }", { mediaType: { previews: ["flash"] } }),
    { previews: ["antiope"] },
  ],
  ["headers of its own", (client) => client.request("GET /a", { headers: { Accept: "text/x", "X-B": "2" } })],
  ["a user agent and a time zone", (client) => client.rest.meta.root(), { userAgent: "mine/1", timeZone: "UTC" }],
  ["no token", (client) => client.rest.meta.root(), { auth: undefined, quota: { tier: "unauthenticated" } }],
  [
    "an authorization of the call's own",
    (client) => client.request("GET /a", { headers: { authorization: "token x123456789" } }),
    { auth: undefined, quota: { tier: "unauthenticated" } },
  ],
  ["a JWT", (client) => client.rest.meta.root(), { auth: "eyJhbGciOi.eyJpc3MiOi.c2lnbmF0dXJl" }],
  [
    "an asset",
    (client) =>
      client.rest.repos.uploadReleaseAsset({
        owner: "o",
        repo: "r",
        release_id: 1,
        name: "a.bin",
        data: data as never,
        headers: { "content-type": "application/octet-stream" },
        baseUrl: client.request.endpoint.DEFAULTS.baseUrl,
      }),
  ],
  ["odd characters", (client) => client.request("GET /x/{y}{?z}", { y: "a/b c", z: "é&=" })],
  [
    "pages",
    (client) =>
      client.paginate("GET /orgs/{org}/repos" as string, { org: "o", per_page: 2, headers: { "x-page": "1" } }),
  ],
  ["a body", (client) => client.request("POST /a", { words: [1] })],
];

it.each(
  makers.flatMap(([name, make]) => cases.map(([what, run, options]) => [name, what, make, run, options] as const)),
)("%s sends what Octokit sends: %s", async (_name, _what, make, run, options) => {
  const answer = (request: Received, index: number): object => ({
    body: request.path.startsWith("/graphql") ? { data: {} } : [],
    headers:
      request.path.startsWith("/orgs") && index === 0
        ? { link: `<http://${hostOf(request)}/orgs/o/repos?page=2>; rel="next"` }
        : {},
  });
  const [one, other] = [await startServer(answer), await startServer(answer)];
  await run(sdk(one.origin, options));
  await run(make(other.origin, { ...options }));
  expect(one.received.length).toBeGreaterThan(0);
  expect(bytes(other)).toEqual(bytes(one));
});

function hostOf({ headers }: Received): string {
  return headers.find(([name]) => name.toLowerCase() === "host")?.[1] ?? "";
}
