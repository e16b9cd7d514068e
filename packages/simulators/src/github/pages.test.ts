import { describe, expect, it } from "vitest";
import { bench } from "./simulator.test-support.js";

describe("a list", () => {
  it("comes in pages that the client can follow to the end", async () => {
    const { octokit, simulator } = await bench({ repos: 250 });
    const repos = await octokit.paginate(octokit.rest.repos.listForOrg, { org: "acme", per_page: 100 });
    expect(repos.map(({ name }) => name)).toHaveLength(250);
    expect(new Set(repos.map(({ id }) => id)).size).toBe(250);
    expect(simulator.ledger.count({ method: "GET /orgs/{org}/repos", accepted: true })).toBe(3);
  });

  it("links to its neighbours by absolute addresses with numbers in place of names", async () => {
    const { get, simulator } = await bench({ repos: 3 });
    const id = simulator.state.orgs.get("acme")?.id;
    const link = async (page: number) =>
      (await get(`/orgs/acme/repos?per_page=1&page=${page}&type=all`)).headers.get("link");
    const to = (page: number) => `<${simulator.url}/organizations/${id}/repos?per_page=1&page=${page}&type=all>`;
    expect(await link(1)).toBe(`${to(2)}; rel="next", ${to(3)}; rel="last"`);
    expect(await link(2)).toBe(
      `${to(1)}; rel="prev", ${to(3)}; rel="next", ${to(3)}; rel="last", ${to(1)}; rel="first"`,
    );
    expect(await link(3)).toBe(`${to(2)}; rel="prev", ${to(1)}; rel="first"`);
  });

  it("of issues and of a user's repositories is linked by number too", async () => {
    const { octokit, get, simulator } = await bench({ issues: 45 });
    const issues = await octokit.paginate(octokit.rest.issues.listForRepo, { owner: "acme", repo: "repo1" });
    expect(issues).toHaveLength(45);
    const paths = simulator.ledger.entries().map(({ path }) => path);
    const id = simulator.state.repos.get("acme/repo1")?.id;
    expect(paths).toEqual(["/repos/acme/repo1/issues", `/repositories/${id}/issues`]);
    const link = (await get("/users/acme/repos?per_page=1")).headers.get("link");
    expect(link).toMatch(/\/user\/\d+\/repos\?per_page=1&page=2>; rel="next"/);
  });

  it("holds 30 entries unless told otherwise, and at most 100", async () => {
    const { octokit } = await bench({ repos: 120 });
    const lengthOf = async (more: { per_page?: number; page?: number }) =>
      (await octokit.rest.repos.listForOrg({ org: "acme", ...more })).data.length;
    expect(await lengthOf({})).toBe(30);
    expect(await lengthOf({ per_page: 1_000 })).toBe(100);
    expect(await lengthOf({ page: 99 })).toBe(0);
  });

  it("without a second page has no link", async () => {
    const { get } = await bench();
    expect((await get("/orgs/acme/repos")).headers.has("link")).toBe(false);
  });
});
