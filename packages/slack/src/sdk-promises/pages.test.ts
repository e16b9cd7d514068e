import type { WebAPICallResult, WebClient } from "@slack/web-api";
import { describe, expect, it, vi } from "vitest";
import { kinds, token } from "../test-support/clients.test-support.js";
import { startServer } from "../test-support/server.test-support.js";

type Page = WebAPICallResult & { readonly value: number };

describe.each(kinds)("%s", (_name, make) => {
  /** A client, and the arguments of the requests it makes; the server has as many pages as there are cursors, and one. */
  const paged = async (...cursors: readonly string[]): Promise<{ client: WebClient; asked: () => object[] }> => {
    const server = await startServer((_request, index) => ({
      body: { ok: true, value: index + 1, response_metadata: { next_cursor: cursors[index] ?? "" } },
    }));
    return {
      client: make(token, { slackApiUrl: server.url }),
      asked: () => server.received.map(({ body }) => Object.fromEntries(new URLSearchParams(String(body)))),
    };
  };
  const all = async (pages: AsyncIterable<WebAPICallResult>): Promise<number[]> => {
    const values: number[] = [];
    for await (const page of pages) values.push((page as Page).value);
    return values;
  };

  it("gives an iterator that asks for nothing until it is used", async () => {
    const { client, asked } = await paged();
    expect(client.paginate("conversations.list")[Symbol.asyncIterator]).toBeTypeOf("function");
    expect(asked()).toEqual([]);
  });

  it("goes from page to page, 200 at a time", async () => {
    const { client, asked } = await paged("next");
    expect(await all(client.paginate("conversations.list"))).toEqual([1, 2]);
    expect(asked()).toEqual([{ limit: "200" }, { limit: "200", cursor: "next" }]);
  });

  it("takes the size of a page, other arguments, and a cursor to begin at", async () => {
    const { client, asked } = await paged("next");
    expect(await all(client.paginate("conversations.list", { limit: 4, types: "im", cursor: "start" }))).toEqual([
      1, 2,
    ]);
    expect(asked()).toEqual([
      { limit: "4", types: "im", cursor: "start" },
      { limit: "4", types: "im", cursor: "next" },
    ]);
  });

  it("asks shouldStop after each page, and stops when it says so", async () => {
    const { client, asked } = await paged("two", "three", "four");
    const stop = vi.fn((page: WebAPICallResult) => (page as Page).value === 2);
    expect(await client.paginate("conversations.list", {}, stop)).toBeUndefined();
    expect(stop).toHaveBeenCalledTimes(2);
    expect(asked()).toHaveLength(2);
    const never = vi.fn(() => false);
    const other = await paged("two");
    await other.client.paginate("conversations.list", {}, never);
    expect(never).toHaveBeenCalledTimes(2);
    const once = vi.fn(() => true);
    const third = await paged("two");
    await third.client.paginate("conversations.list", {}, once);
    expect(once).toHaveBeenCalledTimes(1);
  });

  it("resolves with what reduce made of the pages", async () => {
    const { client } = await paged("two", "three");
    const seen: number[] = [];
    const sum = await client.paginate(
      "conversations.list",
      {},
      () => false,
      (total: number | undefined, page, index) => {
        seen.push(index);
        return (total ?? 0) + (page as Page).value;
      },
    );
    expect(sum).toBe(6);
    expect(seen).toEqual([0, 1, 2]);
  });
});
