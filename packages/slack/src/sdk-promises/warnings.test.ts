import { describe, expect, it } from "vitest";
import { keptLog, kinds, token } from "../test-support/clients.test-support.js";
import { startServer } from "../test-support/server.test-support.js";

/** Three warnings and an error come with every answer. */
const answer = {
  ok: true,
  response_metadata: {
    warnings: ["first_warning", "second_warning"],
    messages: ["[ERROR] bad thing [json-pointer:/blocks/0]", "[WARN] odd thing", "neither"],
  },
};
const FROM_THE_ANSWER = 3;

const attachments = (fallback?: string): unknown[] => [{ blocks: [], ...(fallback !== undefined && { fallback }) }];
const posting = ["chat.postMessage", "chat.postEphemeral", "chat.scheduleMessage"];

/** Arguments, and how many warnings the client adds of its own. */
const rows: readonly (readonly [string, Record<string, unknown>, number])[] = [
  ["a text", { text: "t", blocks: [] }, 0],
  ["a markdown text", { markdown_text: "# t", blocks: [] }, 0],
  ["a text beside attachments without fallback", { text: "t", attachments: attachments() }, 0],
  ["attachments with a fallback", { attachments: attachments("f") }, 0],
  ["no text", { blocks: [] }, 1],
  ["an empty text", { text: "", blocks: [] }, 1],
  ["a text of null", { text: null, blocks: [] }, 1],
  ["neither text nor fallback", { attachments: attachments() }, 2],
  ["a blank fallback", { text: "", attachments: attachments("  ") }, 2],
  ["a thread_ts that is a number", { text: "t", thread_ts: 1503435956.000247 }, 1],
  ["a thread_ts that is a text", { text: "t", thread_ts: "1503435956.000247" }, 0],
];

describe.each(kinds)("%s", (_name, make) => {
  it.each(posting.flatMap((method) => rows.map((row) => [method, ...row] as const)))(
    "%s with %s",
    async (method, _what, args, added) => {
      const server = await startServer(() => ({ body: answer }));
      const log = keptLog();
      await make(token, { slackApiUrl: server.url, logger: log }).apiCall(method, { channel: "C1", ...args });
      expect([log.count("warn"), log.count("error")]).toEqual([FROM_THE_ANSWER + added, 1]);
    },
  );

  it("logs the warnings and errors that an answer brings, word for word", async () => {
    const server = await startServer(() => ({ body: answer }));
    const log = keptLog();
    await make(token, { slackApiUrl: server.url, logger: log }).apiCall("method");
    const texts = (level: string): string[] => log.lines.filter((line) => line.level === level).map(({ text }) => text);
    expect(texts("error")).toEqual(["bad thing [json-pointer:/blocks/0]"]);
    // `forEach` hands its index and the list to the logger too.
    expect(texts("warn").map((text) => text.replace(/ \d .*$/, ""))).toEqual([
      "first_warning",
      "second_warning",
      "odd thing",
    ]);
  });

  it("says nothing of other methods, and warns of a deprecated one", async () => {
    const server = await startServer();
    const log = keptLog();
    const client = make(token, { slackApiUrl: server.url, logger: log });
    await client.apiCall("chat.update", { thread_ts: 1.5 });
    expect(log.count("warn")).toBe(0);
    await client.oauth.access({ client_id: "1", client_secret: "2", code: "3" });
    expect(log.lines.filter(({ level }) => level === "warn").map(({ text }) => text)).toEqual([
      expect.stringMatching(/oauth\.access is deprecated/),
    ]);
  });

  it("warns of what an upload should be told differently, and once each", async () => {
    const server = await startServer(() => ({
      body: { ok: true, file_id: "F1", upload_url: `${server.origin}/upload` },
    }));
    const log = keptLog();
    const client = make(token, { slackApiUrl: server.url, logger: log });
    await client.filesUploadV2({ content: "c", channels: "C1", filetype: "text", filename: "no-extension" } as never);
    await client.filesUploadV2({ content: "c" } as never);
    expect(log.lines.filter(({ level }) => level === "warn")).toHaveLength(4);
  });
});
