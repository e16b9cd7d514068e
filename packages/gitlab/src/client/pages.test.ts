import { describe, expect, it } from "vitest";
import { withCallOptions } from "@sluice/core";
import { createFakeClock } from "@sluice/core/testing";
import { GitbeakerTimeoutError } from "@gitbeaker/rest";
import { kinds, make, makePlain, recorder, rejection } from "../test-support/clients.test-support.js";
import { type Received, type Reply, startServer } from "../test-support/server.test-support.js";

const soon = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** So many pages of one project each, linked as GitLab links them. */
function pages(count: number, delay: () => Promise<void> = async () => {}): (request: Received) => Promise<Reply> {
  return async ({ path, headers }) => {
    await delay();
    const page = Number(new URL(path, "http://x").searchParams.get("page") ?? 1);
    const host = headers.find(([name]) => name.toLowerCase() === "host")?.[1] ?? "";
    return {
      body: [{ id: page, path_with_namespace: `g/p${page}` }],
      headers: {
        "x-page": String(page),
        "x-total": String(count),
        ...(page < count ? { link: `<http://${host}/api/v4/projects?page=${page + 1}&per_page=1>; rel="next"` } : {}),
      },
    };
  };
}

describe("a list of several pages", () => {
  it.each(kinds)("comes whole, as the SDK makes it, by %s", async (_name, kind) => {
    const server = await startServer(pages(3));
    const gitlab = kind({ host: server.host });
    expect((await gitlab.Projects.all({ perPage: 1 })).map(({ id }) => id)).toEqual([1, 2, 3]);
    expect(await gitlab.Projects.all({ perPage: 1, maxPages: 2 })).toHaveLength(2);
    expect(await gitlab.Projects.all<false, "offset">({ page: 2, perPage: 1 })).toHaveLength(1);
    const expanded = await gitlab.Projects.all({ perPage: 1, showExpanded: true });
    expect(expanded.data).toHaveLength(3);
    expect(expanded.paginationInfo).toMatchObject({ current: 3, total: 3 });
    const [first] = await kind({ host: server.host, camelize: true as never }).Projects.all({ perPage: 1 });
    expect(first).toHaveProperty("pathWithNamespace", "g/p1");
  });

  it("is a call for each page, all of one name, each charged once", async () => {
    const server = await startServer(pages(3));
    const seen = recorder();
    const charged: string[] = [];
    const gitlab = make({ host: server.host, hooks: seen.hooks, quota: (call) => (charged.push(call.id), []) });
    await gitlab.Projects.all({ perPage: 1 });
    expect(seen.calls.map(({ operation }) => operation)).toEqual(Array(3).fill("Projects.all"));
    expect(new Set(charged)).toEqual(new Set(seen.calls.map(({ id }) => id)));
    expect(charged).toHaveLength(3);
  });

  it("has its deadline for each page, so that many pages may take longer than one may", async () => {
    const clock = createFakeClock();
    const server = await startServer(pages(5, () => clock.advance(80)));
    const gitlab = make({ host: server.host, timeoutMs: 250, clock });
    expect(await gitlab.Projects.all({ perPage: 1 })).toHaveLength(5);
    const slow = await startServer(pages(2, () => clock.advance(400)));
    expect(await rejection(make({ host: slow.host, timeoutMs: 150, clock }).Projects.all())).toMatchObject({
      code: "DEADLINE_EXCEEDED",
    });
  });

  it("has `queryTimeout` for each page in the factory, and once for all of them plainly, as in the SDK", async () => {
    const clock = createFakeClock();
    const server = await startServer(pages(5, () => clock.advance(80)));
    const gitlab = make({ host: server.host, queryTimeout: 250, clock });
    expect(await gitlab.Projects.all({ perPage: 1 })).toHaveLength(5);
    const slow = await startServer(pages(5, () => soon(80)));
    const error = await rejection(makePlain({ host: slow.host, queryTimeout: 250 }).Projects.all({ perPage: 1 }));
    expect(error).toBeInstanceOf(GitbeakerTimeoutError);
  });

  it("ends at the page where the caller aborts", async () => {
    const server = await startServer(pages(50, () => soon(20)));
    const abort = new AbortController();
    const reason = new Error("enough");
    const gitlab = make({ host: server.host });
    const listing = withCallOptions({ signal: abort.signal }, () => rejection(gitlab.Projects.all({ perPage: 1 })));
    await expect.poll(() => server.received.length, { timeout: 10_000 }).toBeGreaterThan(2);
    abort.abort(reason);
    expect(await listing).toBe(reason);
    const sent = server.received.length;
    await soon(60);
    expect(server.received.length).toBeLessThanOrEqual(sent + 1);
  });
});
