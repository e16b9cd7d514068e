import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import type { WebClient } from "@slack/web-api";
import { afterAll, describe, expect, it, vi } from "vitest";
import { kinds, rejection, token } from "../test-support/clients.test-support.js";
import { type LocalServer, startServer } from "../test-support/server.test-support.js";

const folder = mkdtempSync(join(tmpdir(), "sluice-slack-"));
afterAll(() => rmSync(folder, { recursive: true }));
const path = join(folder, "a.txt");
writeFileSync(path, "from a file");

/** The private steps of an upload, which people call and replace in their tests. */
interface Steps {
  getAllFileUploads(options: object): Promise<Record<string, unknown>[]>;
  fetchAllUploadURLExternal(uploads: object[]): Promise<unknown[]>;
  postFileUploadsToExternalURL(uploads: object[], options: object): Promise<unknown[]>;
  completeFileUploads(uploads: object[]): Promise<unknown[]>;
}

describe.each(kinds)("%s", (_name, make) => {
  const uploading = async (
    options = {},
  ): Promise<{ client: WebClient; steps: Steps; server: LocalServer; forms: (name: string) => object[] }> => {
    let files = 0;
    const server = await startServer(({ name, path: at }) => {
      if (name === "files.getUploadURLExternal")
        return { body: { ok: true, file_id: `F${(files += 1)}`, upload_url: `${server.origin}/upload/v1/${files}` } };
      return at.startsWith("/upload") ? { body: "OK" } : { body: { ok: true, files: [{ id: "F1" }] } };
    });
    const client = make(token, { slackApiUrl: server.url, ...options });
    const forms = (name: string): object[] =>
      server.received
        .filter((one) => one.name === name)
        .map(({ body }) => Object.fromEntries(new URLSearchParams(String(body))));
    return { client, steps: client as unknown as Steps, server, forms };
  };

  it.each([
    ["content", { content: "from a text" }, "from a text"],
    ["a buffer", { file: Buffer.from("from a buffer") }, "from a buffer"],
    ["a path", { file: path }, "from a file"],
    ["a stream", () => ({ file: Readable.from([Buffer.from("from "), Buffer.from("a stream")]) }), "from a stream"],
  ])("uploads %s in three steps", async (_what, source, bytes) => {
    const { client, server, forms } = await uploading();
    const given = typeof source === "function" ? source() : source;
    const done = await client.filesUploadV2({
      ...given,
      filename: "a.txt",
      channel_id: "C1",
      initial_comment: "see",
    } as never);
    expect(done).toEqual({ ok: true, files: [{ ok: true, files: [{ id: "F1" }], response_metadata: {} }] });
    expect(forms("files.getUploadURLExternal")).toEqual([{ filename: "a.txt", length: String(bytes.length) }]);
    expect(String(server.received[1]?.body)).toContain(`\r\n\r\n${bytes}\r\n`);
    expect(forms("files.completeUploadExternal")).toEqual([
      { files: '[{"id":"F1","title":"a.txt"}]', channel_id: "C1", initial_comment: "see" },
    ]);
  });

  it("uploads several files for one message, to wherever it is told, though absolute URLs are not allowed for methods", async () => {
    const { client, server, forms } = await uploading({ allowAbsoluteUrls: false });
    await client.filesUploadV2({
      channel_id: "C1",
      thread_ts: "1.0",
      initial_comment: "hi",
      file_uploads: [
        { content: "one", filename: "1.txt" },
        { file: path, filename: "2.txt" },
      ],
    });
    expect(
      server.received
        .map(({ path: at }) => at)
        .filter((at) => at.startsWith("/upload"))
        .toSorted(),
    ).toEqual(["/upload/v1/1", "/upload/v1/2"]);
    const [complete] = forms("files.completeUploadExternal") as {
      files: string;
      thread_ts: string;
      channel_id: string;
    }[];
    expect(complete).toMatchObject({ channel_id: "C1", thread_ts: "1.0", initial_comment: "hi" });
    expect(JSON.parse(complete?.files ?? "[]")).toHaveLength(2);
  });

  it("refuses what cannot be uploaded before anything is sent", async () => {
    const { client, server } = await uploading();
    for (const options of [
      {},
      { content: "c", file: path },
      { content: 5 },
      { file: join(folder, "missing") },
      { content: "c", channels: "C1,C2" },
      { file_uploads: [{ filename: "x" }] },
    ]) {
      const failed = client.filesUploadV2({ filename: "a.txt", ...options } as never);
      if (Object.keys(options).length === 0) expect(await failed).toMatchObject({ files: [] });
      else expect(await rejection(failed)).toMatchObject({ code: "slack_webapi_file_upload_invalid_args_error" });
    }
    expect(server.received).toEqual([]);
  });

  it("rejects when the bytes are not taken", async () => {
    const server = await startServer(({ name }) =>
      name === "ticket"
        ? { status: 507 }
        : { body: { ok: true, file_id: "F1", upload_url: `${server.origin}/upload/v1/ticket` } },
    );
    const client = make(token, { slackApiUrl: server.url, retryConfig: { retries: 0 } });
    expect(await rejection(client.filesUploadV2({ content: "c", filename: "a.txt" }))).toMatchObject({
      statusCode: 507,
    });
  });

  it("getAllFileUploads gathers one file, several, or both, with what they share", async () => {
    const { steps } = await uploading();
    const file_uploads = ["a", "b", "c"].map((name) => ({ file: path, filename: `${name}.txt` }));
    expect(await steps.getAllFileUploads({ content: "c", filename: "a.txt", channel_id: "C1" })).toMatchObject([
      { filename: "a.txt", title: "a.txt", channel_id: "C1" },
    ]);
    const several = await steps.getAllFileUploads({
      channel_id: "C1",
      initial_comment: "hi",
      thread_ts: "1.0",
      file_uploads,
    });
    expect(
      several.map(({ filename, channel_id, initial_comment, thread_ts }) => [
        filename,
        channel_id,
        initial_comment,
        thread_ts,
      ]),
    ).toEqual(file_uploads.map(({ filename }) => [filename, "C1", "hi", "1.0"]));
    expect(await steps.getAllFileUploads({ file: path, filename: "d.txt", file_uploads })).toHaveLength(4);
    const error = await rejection(
      steps.getAllFileUploads({ file_uploads: [{ file: path, filename: "a.txt", channel_id: "C1" }] }),
    );
    expect(error.message).toContain("file_uploads only for a single channel");
  });

  it("the steps call the client's own methods, which can be replaced", async () => {
    const { client, steps, server } = await uploading();
    const get = vi.fn(async () => ({ ok: true, upload_url: "x", file_id: "F1" }));
    const complete = vi.fn(async () => ({ ok: true }));
    client.files.getUploadURLExternal = get as never;
    client.files.completeUploadExternal = complete as never;
    await steps.fetchAllUploadURLExternal([
      { filename: "a.txt", length: 3, token: "xoxb-of-the-call" },
      { filename: "b.txt", length: 3 },
    ]);
    expect(get).toHaveBeenCalledTimes(2);
    expect(get).toHaveBeenCalledWith(expect.objectContaining({ filename: "a.txt", token: "xoxb-of-the-call" }));
    await steps.completeFileUploads([{ file_id: "F1", channel_id: "C1", token: "xoxb-of-the-call" }]);
    expect(complete).toHaveBeenCalledWith(expect.objectContaining({ channel_id: "C1", token: "xoxb-of-the-call" }));
    expect(server.received).toEqual([]);
  });

  it("the steps say what they miss", async () => {
    const { steps } = await uploading();
    expect((await rejection(steps.completeFileUploads([{ filename: "a.txt" }]))).message).toBe(
      "Missing required file id for file upload completion",
    );
    expect((await rejection(steps.postFileUploadsToExternalURL([{ filename: "a.txt" }], {}))).message).toMatch(
      /^No upload url found for file/,
    );
  });
});
