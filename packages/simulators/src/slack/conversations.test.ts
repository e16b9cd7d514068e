import { describe, expect, it } from "vitest";
import { bench, errorOf } from "./simulator.test-support.js";

const channel = "C0000001";

describe("a channel", () => {
  it("is created with its creator as only member, then joined by invitation", async () => {
    const { client } = await bench();
    const created = await client.conversations.create({ name: "release", is_private: true });
    expect(created.channel).toMatchObject({ id: "C0000006", name: "release", is_private: true, is_member: true });
    await client.conversations.invite({ channel: "C0000006", users: "U0000001,U0000002" });
    const { members } = await client.conversations.members({ channel: "C0000006" });
    expect(members).toEqual(["UB0000001", "U0000001", "U0000002"]);
    const info = await client.conversations.info({ channel: "C0000006", include_num_members: true });
    expect(info.channel?.num_members).toBe(3);
  });

  it("is joined once and warns the second time", async () => {
    const { client } = await bench();
    expect((await client.conversations.info({ channel })).channel?.is_member).toBe(false);
    expect((await client.conversations.join({ channel })).channel?.is_member).toBe(true);
    expect((await client.conversations.join({ channel })).warning).toBe("already_in_channel");
  });

  it("is renamed and remembers its name", async () => {
    const { client } = await bench();
    const renamed = await client.conversations.rename({ channel: "C0000002", name: "quiet" });
    expect(renamed.channel).toMatchObject({ name: "quiet", previous_names: ["channel-2"] });
  });

  it("is closed to changes and posts once archived", async () => {
    const { client } = await bench();
    await client.conversations.archive({ channel: "C0000002" });
    expect(await errorOf(client.conversations.archive({ channel: "C0000002" }))).toBe("already_archived");
    expect(await errorOf(client.conversations.join({ channel: "C0000002" }))).toBe("is_archived");
    expect(await errorOf(client.chat.postMessage({ channel: "C0000002", text: "x" }))).toBe("is_archived");
    expect(await errorOf(client.conversations.archive({ channel }))).toBe("cant_archive_general");
    expect((await client.conversations.list({})).channels).toHaveLength(5);
    expect((await client.conversations.list({ exclude_archived: true })).channels).toHaveLength(4);
  });

  it("needs a good name of its own", async () => {
    const { client } = await bench();
    expect(await errorOf(client.conversations.create({ name: "general" }))).toBe("name_taken");
    expect(await errorOf(client.conversations.create({ name: "Shouting!" }))).toBe("invalid_name_specials");
    expect(await errorOf(client.conversations.create({ name: "x".repeat(81) }))).toBe("invalid_name_maxlength");
    expect(await errorOf(client.conversations.create({ name: "" }))).toBe("invalid_name_required");
  });

  it("that does not exist is refused, and a missing argument is named", async () => {
    const { client, post } = await bench();
    for (const method of ["info", "members", "history", "join", "invite", "rename", "archive"]) {
      const call = client.apiCall(`conversations.${method}`, { channel: "C9", name: "x", users: "U0000001" });
      expect(await errorOf(call), method).toBe("channel_not_found");
    }
    expect(await (await post("conversations.info", "token=xoxb-1")).json()).toEqual({
      ok: false,
      error: "invalid_arguments",
      response_metadata: { messages: ["[ERROR] missing required field: channel"] },
    });
  });

  it("takes no unknown, present or inviting users, and says which failed", async () => {
    const { client } = await bench();
    const { channel: made } = await client.conversations.create({ name: "new" });
    const invite = (users: string, force = false) =>
      client.conversations.invite({ channel: made?.id ?? "", users, force });
    expect(await errorOf(invite("U9"))).toBe("user_not_found");
    expect(await errorOf(invite("UB0000001"))).toBe("cant_invite_self");
    expect(await errorOf(invite(""))).toBe("no_user");
    expect(await invite("U0000001,U9", true)).toMatchObject({ ok: true, errors: [{ user: "U9" }] });
    expect(await errorOf(invite("U0000001"))).toBe("already_in_channel");
  });

  it("shows its members in pages", async () => {
    const { client } = await bench();
    const first = await client.conversations.members({ channel, limit: 20 });
    const cursor = first.response_metadata?.next_cursor ?? "";
    const second = await client.conversations.members({ channel, limit: 20, cursor });
    expect([first.members?.length, second.members?.length]).toEqual([20, 5]);
    expect(second.response_metadata?.next_cursor).toBe("");
  });

  it("that is private cannot be joined without an invitation", async () => {
    const { client } = await bench({ channels: [{ name: "hidden", isPrivate: true }] });
    expect(await errorOf(client.conversations.join({ channel }))).toBe("channel_not_found");
  });

  it("of direct messages names the other side and cannot be managed", async () => {
    const { client } = await bench();
    await client.chat.postMessage({ channel: "U0000002", text: "x" });
    const { channels } = await client.conversations.list({ types: "im" });
    expect(channels).toMatchObject([{ id: "D0000001", is_im: true, user: "U0000002" }]);
    const managed = client.conversations.rename({ channel: "D0000001", name: "x" });
    expect(await errorOf(managed)).toBe("method_not_supported_for_channel_type");
  });

  it("is listed by type", async () => {
    const { client } = await bench({ channels: [{ name: "general" }, { name: "hidden", isPrivate: true }] });
    const names = async (types: string) =>
      (await client.conversations.list({ types })).channels?.map(({ name }) => name);
    expect((await client.conversations.list({})).channels?.map(({ name }) => name)).toEqual(["general"]);
    expect(await names("private_channel")).toEqual(["hidden"]);
    expect(await errorOf(names("nonsense"))).toBe("invalid_types");
  });
});

describe("history", () => {
  it("shows the newest message first, in pages, within the bounds given", async () => {
    const { client } = await bench();
    const sent: string[] = [];
    for (const text of ["one", "two", "three"]) sent.push((await client.chat.postMessage({ channel, text })).ts ?? "");
    const [first = "", , third = ""] = sent;

    const page = await client.conversations.history({ channel, limit: 2 });
    expect(page.messages?.map(({ text }) => text)).toEqual(["three", "two"]);
    expect(page.has_more).toBe(true);
    const cursor = page.response_metadata?.next_cursor ?? "";
    expect((await client.conversations.history({ channel, limit: 2, cursor })).messages).toMatchObject([
      { text: "one" },
    ]);

    const between = await client.conversations.history({ channel, oldest: first, latest: third });
    expect(between.messages?.map(({ text }) => text)).toEqual(["two"]);
    const inclusive = await client.conversations.history({ channel, oldest: first, latest: third, inclusive: true });
    expect(inclusive.messages).toHaveLength(3);
    expect(await errorOf(client.conversations.history({ channel, oldest: "x" }))).toBe("invalid_ts_oldest");
    expect(await errorOf(client.conversations.history({ channel, latest: "x" }))).toBe("invalid_ts_latest");
  });

  it("keeps replies in their thread, unless they are broadcast", async () => {
    const { client } = await bench();
    const { ts = "" } = await client.chat.postMessage({ channel, text: "question" });
    await client.chat.postMessage({ channel, text: "answer", thread_ts: ts });
    await client.chat.postMessage({ channel, text: "loud answer", thread_ts: ts, reply_broadcast: true });

    const history = await client.conversations.history({ channel });
    expect(history.messages?.map(({ text }) => text)).toEqual(["loud answer", "question"]);
    expect(history.messages?.[1]).toMatchObject({ reply_count: 2, thread_ts: ts });
    const replies = await client.conversations.replies({ channel, ts });
    expect(replies.messages?.map(({ text }) => text)).toEqual(["question", "answer", "loud answer"]);
    expect(await errorOf(client.conversations.replies({ channel, ts: "1.000000" }))).toBe("thread_not_found");
  });
});
