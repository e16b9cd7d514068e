import { describe, expect, it } from "vitest";
import { bench } from "./simulator.test-support.js";

describe("a list by number of page", () => {
  it("is followed by the client to the end", async () => {
    const { gitlab, simulator } = await bench({ projects: 250 });
    const projects = await gitlab.Projects.all({ perPage: 100 });
    expect(new Set(projects.map(({ id }) => id)).size).toBe(250);
    expect(simulator.ledger.count({ method: "GET /projects" })).toBe(3);
  });

  it("tells where it stands in headers and links", async () => {
    const { ask, simulator } = await bench({ projects: 3 });
    const headers = async (page: number) =>
      Object.fromEntries((await ask(`/projects?per_page=1&page=${page}`)).headers) as Record<string, string>;
    expect(await headers(2)).toMatchObject({
      "x-next-page": "3",
      "x-page": "2",
      "x-per-page": "1",
      "x-prev-page": "1",
      "x-total": "3",
      "x-total-pages": "3",
    });
    const to = (page: number) => `<${simulator.url}/api/v4/projects?per_page=1&page=${page}>`;
    expect((await headers(3))["link"]).toBe(`${to(2)}; rel="prev", ${to(1)}; rel="first", ${to(3)}; rel="last"`);
    expect(await headers(3)).toMatchObject({ "x-next-page": "" });
  });

  it("holds 20 entries unless told otherwise, and at most 100", async () => {
    const { ask } = await bench({ projects: 120 });
    const lengthOf = async (path: string) => ((await (await ask(path)).json()) as unknown[]).length;
    expect(await lengthOf("/projects")).toBe(20);
    expect(await lengthOf("/projects?per_page=1000")).toBe(100);
  });

  it("leaves the total untold above ten thousand entries", async () => {
    const { ask } = await bench({ projects: [{ name: "busy", issues: 10_001 }] });
    const { headers } = await ask("/projects/1/issues");
    expect([headers.get("x-total"), headers.get("x-next-page")]).toEqual([null, "2"]);
    expect(headers.get("link")).not.toContain("last");
  });
});

describe("a list by the last id", () => {
  it("is followed by the client to the end, newest first or oldest first", async () => {
    const { gitlab, simulator } = await bench({ projects: 45 });
    const ids = async (sort: "asc" | "desc") =>
      (await gitlab.Projects.all({ pagination: "keyset", perPage: 20, orderBy: "id", sort })).map(({ id }) => id);
    const upwards = Array.from({ length: 45 }, (_, index) => index + 1);
    expect(await ids("asc")).toEqual(upwards);
    expect(await ids("desc")).toEqual(upwards.toReversed());
    expect(simulator.ledger.count({ method: "GET /projects" })).toBe(6);
  });

  it("tells only the next page, by a link", async () => {
    const { ask, simulator } = await bench({ projects: 3 });
    const path = "/projects?pagination=keyset&order_by=id&sort=asc&per_page=2";
    const { headers } = await ask(path);
    expect(headers.get("link")).toBe(`<${simulator.url}/api/v4${path}&id_after=2>; rel="next"`);
    expect([headers.get("x-total"), headers.get("x-next-page")]).toEqual([null, null]);
    expect((await ask(`${path}&id_after=2`)).headers.has("link")).toBe(false);
    expect((await ask("/projects?pagination=keyset&order_by=name")).status).toBe(405);
  });
});
