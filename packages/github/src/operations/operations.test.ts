import { describe, expect, it } from "vitest";
import { graphqlKind } from "./graphql.js";
import { knownOperations, operationOf } from "./operation.js";
import { isTokenRequest } from "./request.js";
import { serverOf } from "./server.js";

const api = "https://api.github.com";

describe("the name of a request", () => {
  it.each(knownOperations.filter((name) => name !== "other"))("of the route %s is the route", (name) => {
    const [method = "", url = ""] = name.split(" ");
    expect(operationOf(method, url, api)).toBe(name);
    const filled = url.replaceAll(/\{[a-z_]+\}/g, "x-1");
    // Where a word of the path fits a parameter too, the word goes first.
    const found = operationOf(method, `${api}${filled}?page=2`, api);
    expect(found.split("/").length).toBe(name.split("/").length);
    expect(knownOperations).toContain(found);
  });

  it.each([
    ["GET", "https://api.github.com/repos/o/r", api, "GET /repos/{owner}/{repo}"],
    ["get", "/user", api, "GET /user"],
    ["GET", "user", api, "GET /user"],
    [
      "GET",
      "https://ghe.example.com/api/v3/repos/o/r/pulls?page=2",
      "https://ghe.example.com/api/v3",
      "GET /repos/{owner}/{repo}/pulls",
    ],
    ["POST", "https://ghe.example.com/api/graphql", "https://ghe.example.com/api/v3", "POST /graphql"],
    [
      "POST",
      "https://uploads.github.com/repos/o/r/releases/1/assets?name=a",
      api,
      "POST /repos/{owner}/{repo}/releases/{release_id}/assets",
    ],
    ["GET", "/user/7/repos", api, "GET /users/{username}/repos"],
    ["GET", "/repositories/7", api, "GET /repos/{owner}/{repo}"],
    ["GET", "/repositories", api, "GET /repositories"],
    ["GET", "/repos/o/r/git/ref/heads/a/b", api, "GET /repos/{owner}/{repo}/git/ref/{ref}"],
    ["GET", "https://api.github.com.evil.example/user", api, "GET /user"],
    ["GET", "http://[broken", api, "GET /"],
    ["PURGE", "/user", api, "other"],
    ["GET", "/repos/o", api, "other"],
  ])("%s %s at %s", (method, url, baseUrl, expected) => {
    expect(operationOf(method, url, baseUrl)).toBe(expected);
  });

  it("comes from a closed list", () => {
    const odd = Array.from({ length: 50 }, (_, n) => operationOf("GET", `/x${n}/${"y/".repeat(n)}`, api));
    expect(new Set(odd)).toEqual(new Set(["other"]));
  });
});

describe("a GraphQL document", () => {
  it.each([
    ["{ viewer { login } }", false, false],
    ['query { search(query: "mutation createIssue") { a } }', false, false],
    ['query { a(b: """mutation\n"x" createIssue""") }', false, false],
    ["# mutation createIssue\nquery { a }", false, false],
    ["mutation { closeIssue(input: {}) { a } }", true, false],
    ["mutation Add($x: ID!) { createIssue(input: {}) { a } }", true, true],
    ["query A { a } mutation B { addComment(input: {}) { a } }", true, true],
    [undefined, false, false],
  ])("%j changes something: %s, and creates: %s", (query, mutation, creates) => {
    expect(graphqlKind(query)).toEqual({ mutation, creates });
  });

  it("of any length is read in a time that grows with it alone", () => {
    const startedMs = performance.now();
    graphqlKind(`query { ${'"'.repeat(100_000)} }`);
    graphqlKind(`"""${"\\".repeat(100_000)}`);
    expect(performance.now() - startedMs).toBeLessThan(2000);
  });
});

it.each([
  ["/user", api, "", true],
  ["https://uploads.github.com/x", api, "", true],
  ["/user", "https://api.octo.ghe.com", "@octo.ghe.com", true],
  ["https://uploads.octo.ghe.com/x", "https://api.octo.ghe.com", "@octo.ghe.com", true],
  ["/user", "https://github.example.com:8443/api/v3", "@github.example.com:8443", false],
  ["/user", "not an address", "@not an address", false],
])("a request for %s of %s goes to %j, with published limits: %s", (url, baseUrl, suffix, published) => {
  expect(serverOf(url, baseUrl)).toEqual({ suffix, published });
});

it("a request for a token is a strategy's when it brings a signature along", () => {
  const route = "POST /app/installations/{installation_id}/access_tokens";
  expect(isTokenRequest(route, { headers: { authorization: "bearer a.b.c" } })).toBe(true);
  expect(isTokenRequest(route, { headers: {} })).toBe(false);
  expect(isTokenRequest("GET /user", { headers: { authorization: "bearer a.b.c" } })).toBe(false);
});
