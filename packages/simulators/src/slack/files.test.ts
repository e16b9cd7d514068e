import { describe, expect, it } from "vitest";
import { bench, errorOf } from "./simulator.test-support.js";

const channel_id = "C0000001";

describe("a file", () => {
  it("uploaded with the client's helper arrives byte for byte and is shared in the channel", async () => {
    const { client, simulator } = await bench();
    const bytes = Buffer.from(Array.from({ length: 70_000 }, (_, index) => index % 256));
    await client.filesUploadV2({ file: bytes, filename: "data.bin", channel_id, initial_comment: "look" });

    const file = simulator.state.workspace().files.get("F0000001");
    expect(Buffer.from(file?.content ?? []).equals(bytes)).toBe(true);
    expect(file).toMatchObject({ stage: "complete", title: "data.bin", sizeBytes: 70_000 });
    const { messages } = await client.conversations.history({ channel: channel_id });
    expect(messages).toMatchObject([{ text: "look", files: [{ id: "F0000001", name: "data.bin" }] }]);
    expect(simulator.ledger.entries().map(({ method }) => method)).toEqual([
      "files.getUploadURLExternal",
      "upload",
      "files.completeUploadExternal",
      "conversations.history",
    ]);
  });

  it("may be uploaded with others in one message", async () => {
    const { client } = await bench();
    const file_uploads = ["a", "b"].map((name) => ({ content: name, filename: `${name}.txt` }));
    await client.filesUploadV2({ file_uploads, channel_id });
    const { messages } = await client.conversations.history({ channel: channel_id });
    expect(messages?.[0]?.files?.map(({ name }) => name)).toEqual(["a.txt", "b.txt"]);
  });

  it("may be sent as a plain body to the upload address", async () => {
    const { client, simulator } = await bench();
    const { upload_url = "" } = await client.files.getUploadURLExternal({ filename: "a.txt", length: 5 });
    expect(upload_url.startsWith(new URL("/upload/", simulator.url).href)).toBe(true);
    const answer = await fetch(upload_url, { method: "POST", body: Buffer.from("12345") });
    expect([answer.status, await answer.text()]).toEqual([200, "OK - 5"]);
    const completed = await client.files.completeUploadExternal({ files: [{ id: "F0000001", title: "T" }] });
    expect(completed.files).toMatchObject([{ id: "F0000001", title: "T" }]);
    expect((await fetch(upload_url, { method: "POST", body: "again" })).status).toBe(404);
  });

  it("is listed, shown and deleted", async () => {
    const { client } = await bench();
    for (const filename of ["a.txt", "b.txt"]) await client.filesUploadV2({ content: "x", filename, channel_id });
    await client.filesUploadV2({ content: "x", filename: "c.txt" });
    expect((await client.files.list({})).paging).toEqual({ count: 100, total: 3, page: 1, pages: 1 });
    expect((await client.files.list({ channel: channel_id })).files).toHaveLength(2);
    expect((await client.files.list({ count: 2, page: 2 })).files).toMatchObject([{ name: "c.txt" }]);
    expect((await client.files.info({ file: "F0000001" })).file).toMatchObject({ name: "a.txt", size: 1 });
    await client.files.delete({ file: "F0000001" });
    expect(await errorOf(client.files.info({ file: "F0000001" }))).toBe("file_deleted");
    expect((await client.files.list({})).files).toHaveLength(2);
  });

  it("cannot be completed before it is uploaded, nor twice, nor into a channel that is not there", async () => {
    const { client } = await bench();
    const { upload_url = "", file_id = "" } = await client.files.getUploadURLExternal({ filename: "a", length: 1 });
    const complete = (more: object = {}) => client.files.completeUploadExternal({ files: [{ id: file_id }], ...more });
    expect(await errorOf(complete())).toBe("file_not_found");
    await fetch(upload_url, { method: "POST", body: "x" });
    expect(await errorOf(complete({ channel_id: "C9" }))).toBe("channel_not_found");
    expect(await complete()).toMatchObject({ ok: true });
    expect(await errorOf(complete())).toBe("file_not_found");
  });

  it("must be announced with a name and a length", async () => {
    const { client, simulator } = await bench();
    expect(await errorOf(client.files.getUploadURLExternal({ filename: "a", length: 0 }))).toBe("missing_argument");
    expect(await errorOf(client.apiCall("files.getUploadURLExternal", { length: 1 }))).toBe("missing_argument");
    expect(await errorOf(client.files.info({ file: "F9" }))).toBe("file_not_found");
    expect((await fetch(new URL("/upload/v1/nothing", simulator.url), { method: "POST" })).status).toBe(404);
  });
});
