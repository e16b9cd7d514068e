import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseEndpoint } from "./endpoint.js";
import { type EndpointPattern, matchesEndpoint, parseEndpointPattern } from "./endpoint-pattern.js";

describe("an endpoint pattern", () => {
  it.each([
    ["POST /login", "POST /login", true, "the very endpoint"],
    ["POST /login", "GET /login", false, "another method"],
    ["POST /login", "/login", false, "a method that is not known"],
    ["/login", "PUT /login", true, "any method"],
    ["* /login", "PUT /login", true, "any method, said so"],
    ["POST /login", "post /login", true, "a method in small letters"],
    ["/login", "/Login", false, "another case of the path"],
    ["/login", "GET /login/", true, "a slash at the end"],
    ["/login", "GET /login//", true, "slashes at the end"],
    ["/login/", "GET /login", true, "a slash at the end of the pattern"],
    ["/login", "GET /login?next=/x", true, "a query"],
    ["/login", "GET /login#top", true, "a fragment"],
    ["/search", "GET /?q=/search", false, "a path that is in the query alone"],
    ["/", "GET /", true, "the root"],
    ["/", "GET ?x", true, "the root, left out"],
    ["/users/:id", "GET /users/7", true, "a parameter"],
    ["/users/:id", "GET /users/:id", true, "a route by its template"],
    ["/users/:id", "GET /users", false, "a parameter that is missing"],
    ["/users/:id", "GET /users//", false, "an empty parameter"],
    ["/users/:id", "GET /users/7/posts", false, "more than the parameter"],
    ["/users/:id/posts", "GET /users//posts", false, "an empty segment in the middle"],
    ["/api/*", "GET /api/users", true, "one segment"],
    ["/api/*", "GET /api/users/7", false, "two segments for one"],
    ["/api/*", "GET /api", false, "no segment"],
    ["/files/report-*", "GET /files/report-2026", true, "the rest of a segment"],
    ["/files/report-*", "GET /files/report-", true, "an empty rest of a segment"],
    ["/files/*.csv", "GET /files/a.csv", true, "the beginning of a segment"],
    ["/files/a*a", "GET /files/a", false, "before and behind that would overlap"],
    ["/repos/:owner/**", "GET /repos/me/x/y", true, "any rest"],
    ["/repos/:owner/**", "GET /repos/me", true, "no rest at all"],
    ["/repos/:owner/**", "GET /repos", false, "less than what comes before the rest"],
    ["/**/login", "POST /api/v1/login", true, "any beginning"],
    ["/**/login", "POST /login", true, "no beginning at all"],
    ["/**/login", "POST /login/x", false, "something behind"],
    ["/a/**/b/c", "GET /a/b/c", true, "nothing between"],
    ["/a/**/b/c", "GET /a/b", false, "too little for both ends"],
    ["/**", "GET /", true, "everything, with the root"],
    ["DELETE *", "DELETE /x/y", true, "a method alone"],
    ["DELETE *", "GET /x/y", false, "a method alone, and another one"],
    ["*", "chat.postMessage", true, "everything, with operations"],
    ["chat.*", "chat.postMessage", true, "operations by their beginning"],
    ["chat.*", "GET /chat.postMessage", false, "an operation is no path"],
  ])("%s, asked about %s: %s (%s)", (pattern, endpoint, expected) => {
    expect(matchesEndpoint(patternOf(pattern), parseEndpoint(endpoint))).toBe(expected);
  });

  it.each([
    "",
    " ",
    "/a b",
    "POST login",
    "post /login",
    "/a?b",
    "/a#b",
    "/a*b*c",
    "/**/a/**",
    "/a**",
    "/:",
    "/:a-b",
    "POST  /x",
    "GET",
  ])("is not %j, or is the name of an operation", (text) => {
    expect(parseEndpointPattern(text)?.text).toBe(text === "GET" ? "GET" : undefined);
  });

  it("is narrower the more it says", () => {
    const rising = ["*", "DELETE *", "/**", "/a/**", "/a/*", "GET /a/*", "/a/b*", "/a/bc*", "/a/:x/c", "/a/:x/cd"];
    const measured = rising.map((text) => patternOf(text).specificity);
    expect(measured).toStrictEqual(measured.toSorted((a, b) => a - b));
  });

  it("agrees with a plain search through all ways to match", () => {
    const segment = fc.constantFrom("a", "b", "ab", "abb", "");
    const wild = fc.constantFrom("a", "ab", ":x", "*", "a*", "*b", "a*b");
    const pattern = fc
      .tuple(fc.array(wild, { maxLength: 3 }), fc.boolean(), fc.array(wild, { maxLength: 2 }))
      .map(([before, rest, behind]) => `/${[...before, ...(rest ? ["**"] : []), ...behind].join("/")}`);
    fc.assert(
      fc.property(pattern, fc.array(segment, { maxLength: 6 }), (text, segments) => {
        const endpoint = parseEndpoint(`/${segments.join("/")}`);
        const wanted = parseEndpoint(text).segments;
        expect(matchesEndpoint(patternOf(text), endpoint)).toBe(slowly(wanted, endpoint.segments));
      }),
      { numRuns: 2000 },
    );
  });

  it("takes no long time over a path of 10000 characters, whatever they are", () => {
    const pieces = fc.constantFrom("a", "/", "*", "**", ":x", "/a", "aaaa", "%", "?", "\u0000", "\ud800", " ");
    const hostile = fc
      .array(pieces, { minLength: 1, maxLength: 20 })
      .map((some) => `GET /${some.join("").repeat(10_000)}`.slice(0, 10_000));
    const patterns = ["/**/a", "/a*a/**", "/a*aaaaaaaaaaaaaaaaaaaaaaaaaaaa", "/**/*a/*a/*a/*a/*a", "/:x/:y/**/*b"].map(
      patternOf,
    );
    fc.assert(
      fc.property(hostile, (text) => {
        const match = (): unknown => patterns.map((one) => matchesEndpoint(one, parseEndpoint(text)));
        // To collect what other tests left is this process's time too, so one quiet try of many tells.
        let took = Number.POSITIVE_INFINITY;
        for (let run = 0; run < 20 && took >= 5; run += 1) took = Math.min(took, msOf(match));
        expect(took).toBeLessThan(5);
      }),
      { numRuns: 100 },
    );
  });
});

function patternOf(text: string): EndpointPattern {
  const pattern = parseEndpointPattern(text);
  if (pattern === undefined) throw new Error(`no pattern: ${text}`);
  return pattern;
}

/** Tries every length for the rest. Exponential, and plainly right. */
function slowly([first, ...others]: readonly string[], given: readonly string[]): boolean {
  if (first === undefined) return given.length === 0;
  if (first === "**") return slowly(others, given) || (given.length > 0 && slowly([first, ...others], given.slice(1)));
  const [head, ...tail] = given;
  if (head === undefined) return false;
  const expression = first.startsWith(":") ? ".+" : first.replace("*", first === "*" ? ".+" : ".*");
  return new RegExp(`^${expression}$`).test(head) && slowly(others, tail);
}

/** Processor time, which a busy neighbour does not lengthen. Unit: milliseconds. */
function msOf(work: () => unknown): number {
  const start = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1000;
}
