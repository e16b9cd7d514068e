import { WebClient } from "@slack/web-api";
import { describe, expect, it } from "vitest";
import { newWorkspace, recorder, token } from "../test-support/clients.test-support.js";
import { startServer } from "../test-support/server.test-support.js";
import { knownOperations } from "../operations/operation.js";
import { createSlackApi } from "./create-slack-api.js";
import { SlackApi } from "./slack-api.js";

type Method = (args: Record<string, unknown>) => Promise<unknown>;

/** Every function that the SDK puts on a client by name, under that name. */
function typedMethods(client: WebClient): Map<string, Method> {
  const found = new Map<string, Method>();
  const walk = (owner: object, path: readonly string[]): void => {
    for (const [name, value] of Object.entries(owner)) {
      if (typeof value === "function" && path.length > 0) found.set([...path, name].join("."), value as Method);
      if (typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype)
        walk(value, [...path, name]);
    }
  };
  walk({ ...client, hooks: undefined }, []);
  return found;
}

const clients = [
  [
    "createSlackApi",
    (url: string, hooks: ReturnType<typeof recorder>["hooks"]) =>
      createSlackApi(newWorkspace(), { token, slackApiUrl: url, hooks, env: {} }),
  ],
  [
    "new SlackApi",
    (url: string, hooks: ReturnType<typeof recorder>["hooks"]) =>
      new SlackApi(newWorkspace(), token, { slackApiUrl: url, hooks }),
  ],
] as const;

describe.each(clients)("%s", (_name, make) => {
  it("has the SDK's 281 methods, and each passes both stages once under its own name", async () => {
    const names = [...typedMethods(new WebClient(token)).keys()];
    expect(names).toHaveLength(281);
    const server = await startServer(({ name }) => ({ body: { ok: true, upload_url: "", files: [], name } }));
    const seen = recorder();
    const methods = typedMethods(make(server.url, seen.hooks));
    expect([...methods.keys()].toSorted()).toEqual(names.toSorted());

    const simple = names.filter((name) => name !== "files.uploadV2");
    await Promise.all(simple.map((name) => methods.get(name)?.({ text: "t", channel: `C-${name}` })));

    expect(seen.calls.map(({ operation }) => operation).toSorted()).toEqual(simple.toSorted());
    expect(seen.attempts.map(({ operation }) => operation).toSorted()).toEqual(simple.toSorted());
    expect(server.received.map(({ name }) => name).toSorted()).toEqual(simple.toSorted());
    expect(new Set(seen.attempts.map(({ attempt }) => attempt))).toEqual(new Set([1]));
    expect(new Set(seen.calls.map(({ verb, provider }) => `${verb} ${provider}`))).toEqual(new Set(["POST slack"]));
  });

  it("a request belongs to the call it was made for", async () => {
    const server = await startServer();
    const seen = recorder();
    await make(server.url, seen.hooks).users.info({ user: "U1" });
    expect(seen.attempts[0]?.id).toBe(seen.calls[0]?.id);
    expect(seen.attempts[0]?.args).toEqual({ user: "U1" });
  });

  it("names what it does not know `other`, whatever it is called", async () => {
    const server = await startServer();
    const seen = recorder();
    const client = make(server.url, seen.hooks);
    const invented = Array.from({ length: 20 }, (_, n) => `invented.method${n}`);
    for (const method of [...invented, `${server.origin}/elsewhere/method?secret=1`, "users.list/../x"])
      await client.apiCall(method);
    expect(new Set([...seen.calls, ...seen.attempts].map(({ operation }) => operation))).toEqual(new Set(["other"]));
    expect(server.received).toHaveLength(22);
  });

  it("each page of a pagination is a call of its own", async () => {
    const pages = ["second", "third", ""];
    const server = await startServer((_request, index) => ({
      body: { ok: true, response_metadata: { next_cursor: pages[index] } },
    }));
    const seen = recorder();
    const client = make(server.url, seen.hooks);
    const got: unknown[] = [];
    for await (const page of client.paginate("users.list", { limit: 2 })) got.push(page);
    expect(got).toHaveLength(3);
    expect(seen.calls.map(({ operation, id }) => [operation, id])).toEqual(
      seen.attempts.map(({ operation, id }) => [operation, id]),
    );
    expect(new Set(seen.calls.map(({ id }) => id)).size).toBe(3);
    expect(server.received.map(({ body }) => body.toString())).toEqual([
      "limit=2",
      "limit=2&cursor=second",
      "limit=2&cursor=third",
    ]);
  });

  it.each([
    [
      "filesUploadV2",
      (client: WebClient) => client.filesUploadV2({ content: "words", filename: "a.txt", channel_id: "C1" }),
    ],
    [
      "files.uploadV2",
      (client: WebClient) => client.files.uploadV2({ content: "words", filename: "a.txt", channel_id: "C1" }),
    ],
    [
      "apiCall",
      (client: WebClient) =>
        client.apiCall("files.uploadV2", { content: "words", filename: "a.txt", channel_id: "C1" }),
    ],
  ])("an upload by %s is one call of three requests", async (_how, upload) => {
    const server = await startServer(({ name }) => ({
      body: {
        ok: true,
        file_id: "F1",
        ...(name === "files.getUploadURLExternal" && { upload_url: `${server.origin}/upload/v1/ticket` }),
      },
    }));
    const seen = recorder();
    await upload(make(server.url, seen.hooks));
    expect(seen.calls.map(({ operation, access }) => [operation, access])).toEqual([["files.uploadV2", "write"]]);
    expect(seen.attempts.map(({ operation }) => operation)).toEqual([
      "files.getUploadURLExternal",
      "upload",
      "files.completeUploadExternal",
    ]);
    expect(new Set(seen.attempts.map(({ id }) => id))).toEqual(new Set([seen.calls[0]?.id]));
    expect(server.received.map(({ path }) => path)).toEqual([
      "/api/files.getUploadURLExternal",
      "/upload/v1/ticket",
      "/api/files.completeUploadExternal",
    ]);
  });

  it("an upload of several files has a request for each, still in one call", async () => {
    const server = await startServer(({ name }, index) => ({
      body: {
        ok: true,
        file_id: `F${index}`,
        ...(name === "files.getUploadURLExternal" && { upload_url: `${server.origin}/upload/v1/${index}` }),
      },
    }));
    const seen = recorder();
    const file_uploads = ["a", "b", "c"].map((name) => ({ content: name, filename: `${name}.txt` }));
    await make(server.url, seen.hooks).filesUploadV2({ file_uploads } as never);
    const count = (operation: string): number => seen.attempts.filter((call) => call.operation === operation).length;
    expect([
      seen.calls.length,
      count("files.getUploadURLExternal"),
      count("upload"),
      count("files.completeUploadExternal"),
    ]).toEqual([1, 3, 3, 1]);
  });

  it("each request of a stream is a call", async () => {
    const server = await startServer(() => ({ body: { ok: true, ts: "1.2" } }));
    const seen = recorder();
    const streamer = make(server.url, seen.hooks).chatStream({ channel: "C1", thread_ts: "1.0", buffer_size: 1 });
    await streamer.append({ markdown_text: "one" });
    await streamer.append({ markdown_text: "two" });
    await streamer.stop();
    const expected = ["chat.startStream", "chat.appendStream", "chat.stopStream"];
    expect(seen.calls.map(({ operation }) => operation)).toEqual(expected);
    expect(seen.attempts.map(({ operation }) => operation)).toEqual(expected);
  });
});

it("in a factory every request of an upload is charged once, to the bucket of its own method", async () => {
  const server = await startServer(({ name }) => ({
    body: {
      ok: true,
      file_id: "F1",
      ...(name === "files.getUploadURLExternal" && { upload_url: `${server.origin}/upload/v1/ticket` }),
    },
  }));
  const charged: string[] = [];
  const quota = (call: { readonly operation: string }) => (charged.push(call.operation), []);
  await createSlackApi(newWorkspace(), { token, slackApiUrl: server.url, quota, env: {} }).filesUploadV2({
    content: "words",
    filename: "a.txt",
  });
  expect(charged).toEqual(["files.getUploadURLExternal", "upload", "files.completeUploadExternal"]);
});

it("every operation that can appear is on the list that metrics go by", () => {
  expect(knownOperations).toEqual(expect.arrayContaining([...typedMethods(new WebClient()).keys(), "upload", "other"]));
  expect(new Set(knownOperations).size).toBe(knownOperations.length);
});
