import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { matchOperations } from "./operations.js";

describe("operation patterns", () => {
  const match = matchOperations([
    "GET /",
    "GET /repos/{owner}/{repo}",
    "GET /repos/{owner}/{repo}/contents/**",
    "GET /repos/{owner}/special",
    "GET /repos/{owner}/{repo}/issues/{number}",
    "POST /repos/{owner}/{repo}/issues",
    "* /health",
  ]);

  it.each([
    ["GET", "/", "GET /"],
    ["GET", "/repos/acme/site", "GET /repos/{owner}/{repo}"],
    ["GET", "/repos/acme/site/", "GET /repos/{owner}/{repo}"],
    ["GET", "/repos/acme/special", "GET /repos/{owner}/special"],
    ["GET", "/repos/acme/special/issues/7", "GET /repos/{owner}/{repo}/issues/{number}"],
    ["GET", "/repos/acme/site/contents/a/b/c.txt", "GET /repos/{owner}/{repo}/contents/**"],
    ["POST", "/repos/acme/site/issues", "POST /repos/{owner}/{repo}/issues"],
    ["DELETE", "/health", "* /health"],
    ["PUT", "/repos/acme/site", undefined],
    ["GET", "/repos/acme", undefined],
    ["GET", "/repos/acme//issues/7", undefined],
    ["GET", "//", undefined],
  ])("%s %s is %s", (method, path, operation) => {
    expect(match(method, path)).toBe(operation);
  });

  it.each([
    "/things",
    "get /things",
    "getGET /things",
    "GET1 /things",
    "** /things",
    "GET things",
    "GET /a/**/b",
    "GET /a{b}",
    "GET /a/{}",
    "GET /a b",
    "",
    7,
  ])("refuse %j, which is none", (pattern) => {
    expect(() => matchOperations([pattern as string])).toThrow(expect.objectContaining({ option: "operation" }));
  });

  it("say what would have been one", () => {
    expect(() => matchOperations(["GET /a/{}"])).toThrow(
      'operation must be patterns such as GET /repos/{owner}/{repo}, with ** at the end for any rest, got "GET /a/{}"',
    );
  });

  it.each([
    ["GET", "/files/a", "GET /files/**"],
    ["GET", "/files/a/b/c", "GET /files/**"],
    ["GET", "/files/shared/b", "GET /files/shared/**"],
    ["GET", "/files/private/b", "GET /files/**"],
    ["POST", "/files/private/b", "POST /files/private/**"],
    ["PUT", "/files/shared/b", "* /**"],
    ["GET", "/", "* /**"],
  ])("take %s %s for the nearest rest that has the method", (method, path, operation) => {
    const find = matchOperations(["* /**", "GET /files/**", "GET /files/shared/**", "POST /files/private/**"]);
    expect(find(method, path)).toBe(operation);
  });

  it.each([
    ["POST", "/things/special", "POST /things/special"],
    ["GET", "/things/special", "GET /things/{id}"],
    ["DELETE", "/things/special", "DELETE /{kind}/special"],
    ["PATCH", "/things/special", "* /{kind}/{id}"],
    ["PUT", "/things/special", "* /{kind}/{id}"],
    ["PUT", "/things", undefined],
  ])("take %s %s for the most literal that has the method", (method, path, operation) => {
    const patterns = ["* /{kind}/{id}", "DELETE /{kind}/special", "GET /things/{id}", "POST /things/special"];
    expect(matchOperations(patterns)(method, path)).toBe(operation);
    expect(matchOperations(patterns.toReversed())(method, path)).toBe(operation);
  });

  it.each(["/health/", "/health"])("take %s for the same, with a slash at the end or without", (path) => {
    expect(matchOperations(["GET /health"])("GET", path)).toBe("GET /health");
    expect(matchOperations(["GET /health/"])("GET", path)).toBe("GET /health/");
    expect(matchOperations(["GET /{name}"])("GET", path)).toBe("GET /{name}");
  });

  it.each(["/health//", "//health"])("do not take %s for /health, whose parts are others", (path) => {
    expect(matchOperations(["GET /health", "GET /{name}"])("GET", path)).toBeUndefined();
  });

  it("find every pattern by a path made from it, and nothing that was not given", () => {
    const part = fc.constantFrom("a", "b", "{x}", "c");
    const patterns = fc.array(
      fc.array(part, { minLength: 1, maxLength: 5 }).map((parts) => `GET /${parts.join("/")}`),
      {
        minLength: 1,
        maxLength: 10,
      },
    );
    fc.assert(
      fc.property(patterns, (list) => {
        const find = matchOperations(list);
        for (const pattern of list) {
          const found = find("GET", pattern.slice(4).replaceAll("{x}", "any"));
          expect(list).toContain(found);
          // No part of what was found says something else than the path.
          const made = pattern.slice(5).replaceAll("{x}", "any").split("/");
          for (const [index, literal] of (found ?? "").slice(5).split("/").entries())
            expect([made[index], "{x}"]).toContain(literal);
        }
      }),
    );
  });

  it("take a time linear in the path, whatever the patterns", () => {
    const find = matchOperations(Array.from({ length: 12 }, (_, index) => `GET /${"{x}/a/".repeat(index + 1)}end`));
    // Processor time, which neither a stall nor a busy neighbour lengthens.
    const started = process.cpuUsage();
    expect(find("GET", `/${"a/".repeat(20_000)}`)).toBeUndefined();
    const { user, system } = process.cpuUsage(started);
    expect((user + system) / 1000).toBeLessThan(500);
  });
});
