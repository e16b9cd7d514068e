import { GitbeakerRequestError, GitbeakerRetryError, GitbeakerTimeoutError } from "@gitbeaker/rest";
import { createFakeClock } from "@sluice/core/testing";
import { describe, expect, it } from "vitest";
import { make, recorder, rejection } from "../test-support/clients.test-support.js";
import { type Reply, startServer } from "../test-support/server.test-support.js";

const open = { quota: () => [] };

async function answering(...answers: readonly Reply[]) {
  return startServer((_request, index) => answers[Math.min(index, answers.length - 1)] ?? {});
}

/** Nobody listens there: the port is far below those that are given away. */
const nobody = "http://127.0.0.1:2";

describe("what is repeated", () => {
  it.each<[string, Reply]>([
    ["500", { status: 500 }],
    ["502", { status: 502 }],
    ["503", { status: 503 }],
    ["408", { status: 408 }],
    ["a dropped connection", { action: "drop" }],
    ["a body that is cut short", { action: "cut", body: { words: "many of them" } }],
  ])("a read after %s, and not a write", async (_what, failure) => {
    const reads = await answering(failure, failure, {});
    await make({ host: reads.host, retry: { baseMs: 0 }, ...open }).Projects.show(1);
    expect(reads.received).toHaveLength(3);
    const writes = await answering(failure, {});
    const gitlab = make({ host: writes.host, retry: { baseMs: 0 }, ...open });
    await rejection(gitlab.Issues.create(1, "t"));
    expect(writes.received).toHaveLength(1);
    for (const write of [gitlab.Issues.edit(1, 2, { title: "t" }), gitlab.Issues.remove(1, 2)]) await write;
    expect(writes.received).toHaveLength(3);
  });

  it("a write after a 429, which was not processed", async () => {
    const there = await answering({ status: 429, headers: { "retry-after": "0" } }, {});
    const seen = recorder();
    await make({ host: there.host, hooks: seen.hooks, ...open }).Issues.create(1, "t");
    expect(seen.attempts.map(({ attempt }) => attempt)).toEqual([1, 2]);
  });

  it("a write that could not be sent", async () => {
    const gitlab = make({ host: nobody, retry: { maxRetries: 2, baseMs: 0 }, ...open });
    const seen: number[] = [];
    gitlab.hooks.add({ name: "count", before: ({ attempt }) => void seen.push(attempt) });
    expect(await rejection(gitlab.Issues.create(1, "t"))).toBeInstanceOf(TypeError);
    expect(seen).toEqual([1, 2, 3]);
  });

  it("nothing after a refusal that would come again", async () => {
    for (const status of [400, 401, 403, 404, 409, 422]) {
      const there = await answering({ status });
      expect(await rejection(make({ host: there.host, ...open }).Projects.show(1))).toBeInstanceOf(
        GitbeakerRequestError,
      );
      expect(there.received).toHaveLength(1);
    }
  });

  it("nothing after a hook's veto, whatever it looks like", async () => {
    const there = await answering({});
    const veto = Object.assign(new Error("no"), { code: "ECONNREFUSED" });
    let asked = 0;
    const hooks = [{ name: "veto", before: () => ((asked += 1), Promise.reject(veto)) }];
    expect(await rejection(make({ host: there.host, hooks, ...open }).Projects.show(1))).toBe(veto);
    expect([asked, there.received.length]).toEqual([1, 0]);
  });
});

describe("how it is repeated", () => {
  it("Retry-After is waited for, which the SDK's own retry ignores", async () => {
    const there = await answering({ status: 429, headers: { "retry-after": "1" } }, {});
    await make({ host: there.host, ...open }).Projects.show(1);
    expect(Number(there.received[1]?.atMs) - Number(there.received[0]?.atMs)).toBeGreaterThan(990);
  });

  it("by us alone, as often as was asked, and then with the SDK's error", async () => {
    const there = await answering({ status: 502 });
    const error = await rejection(
      make({ host: there.host, retry: { maxRetries: 2, baseMs: 0 }, ...open }).Projects.show(1),
    );
    expect(there.received).toHaveLength(3);
    expect(error).toBeInstanceOf(GitbeakerRetryError);
    expect(error.message).toBe(
      "Could not successfully complete this request after 3 retries, last status code: 502. Verify the status of the endpoint.",
    );
  });

  it("not at all where retry is false", async () => {
    const there = await answering({ status: 429, headers: { "retry-after": "0" } });
    expect(await rejection(make({ host: there.host, retry: false, ...open }).Projects.show(1))).toBeInstanceOf(
      GitbeakerRetryError,
    );
    expect(there.received).toHaveLength(1);
  });

  it("after an attempt that took longer than queryTimeout, and then with the SDK's error", async () => {
    // The clock stands still while the server answers.
    const clock = createFakeClock();
    const there = await answering({ action: "hang" }, {});
    const retry = { sleep: async () => {} };
    const answer = make({ host: there.host, queryTimeout: 60, clock, retry, ...open }).Projects.show(1);
    await expect.poll(() => there.received.length, { timeout: 10_000 }).toBe(1);
    await clock.advance(60);
    await answer;
    expect(there.received).toHaveLength(2);
    const never = await answering({ action: "hang" });
    const gitlab = make({ host: never.host, queryTimeout: 40, retry: false, ...open });
    expect(await rejection(gitlab.Projects.show(1))).toBeInstanceOf(GitbeakerTimeoutError);
  });

  it("an answer that is no JSON is not repeated", async () => {
    const there = await answering({ body: "<html>" });
    expect(await rejection(make({ host: there.host, ...open }).Projects.show(1))).toBeInstanceOf(SyntaxError);
    expect(there.received).toHaveLength(1);
  });
});
