import { describe, expect, it } from "vitest";
import { manualClock } from "../clock.js";
import { bench, errorOf } from "./simulator.test-support.js";

const channel = "C0000001";

describe("a message", () => {
  it("is posted, changed and deleted by its timestamp", async () => {
    const { client, simulator } = await bench();
    const posted = await client.chat.postMessage({ channel, text: "hello" });
    expect(posted).toMatchObject({
      ok: true,
      channel,
      message: { type: "message", text: "hello", bot_id: "B0000001" },
    });
    const ts = posted.ts ?? "";
    expect(ts).toMatch(/^\d{10}\.\d{6}$/);
    expect(await client.chat.update({ channel, ts, text: "bye" })).toMatchObject({ ts, text: "bye" });
    const { messages } = await client.conversations.history({ channel });
    expect(messages).toMatchObject([{ text: "bye", edited: { user: "UB0000001" } }]);
    await client.chat.delete({ channel, ts });
    expect(simulator.state.workspace().channels.get(channel)?.messages).toEqual([]);
    expect(await errorOf(client.chat.delete({ channel, ts }))).toBe("message_not_found");
    expect(await errorOf(client.chat.update({ channel, ts, text: "x" }))).toBe("message_not_found");
  });

  it("keeps blocks and metadata as they were sent", async () => {
    const { client } = await bench();
    const blocks = [{ type: "divider" }];
    const metadata = { event_type: "made", event_payload: { id: "1" } };
    const posted = await client.chat.postMessage({ channel, text: "x", blocks, metadata });
    expect(posted.message).toMatchObject({ blocks, metadata });
  });

  it("is never older than the one before, even within one millisecond", async () => {
    const { client } = await bench({ wallClock: manualClock(1_700_000_000_000) });
    const first = await client.chat.postMessage({ channel, text: "1" });
    const second = await client.chat.postMessage({ channel, text: "2" });
    expect([first.ts, second.ts]).toEqual(["1700000000.000000", "1700000000.000001"]);
  });

  it("goes to a channel by id or name, and to a user directly", async () => {
    const { client, simulator } = await bench();
    expect((await client.chat.postMessage({ channel: "#general", text: "x" })).channel).toBe(channel);
    expect((await client.chat.postMessage({ channel: "general", text: "x" })).channel).toBe(channel);
    expect((await client.chat.postMessage({ channel: "U0000001", text: "x" })).channel).toBe("D0000001");
    expect((await client.chat.postMessage({ channel: "U0000001", text: "x" })).channel).toBe("D0000001");
    expect(simulator.state.workspace().channels.get("D0000001")?.messages).toHaveLength(2);
  });

  it("needs a place and something to say", async () => {
    const { client } = await bench();
    expect(await errorOf(client.chat.postMessage({ channel: "C9", text: "x" }))).toBe("channel_not_found");
    expect(await errorOf(client.chat.postMessage({ channel, text: "" }))).toBe("no_text");
    expect(await errorOf(client.chat.postMessage({ channel, text: "x".repeat(40_001) }))).toBe("msg_too_long");
    expect(await errorOf(client.apiCall("chat.postMessage", { channel, blocks: "nonsense" }))).toBe("invalid_blocks");
  });

  it("can be changed by its own app only", async () => {
    const { clientFor } = await bench({
      tokens: { "xoxb-a": { team: "acme", app: "one" }, "xoxb-b": { team: "acme", app: "two" } },
    });
    const { ts = "" } = await clientFor("xoxb-a").chat.postMessage({ channel, text: "mine" });
    const other = clientFor("xoxb-b");
    expect(await errorOf(other.chat.update({ channel, ts, text: "x" }))).toBe("cant_update_message");
    expect(await errorOf(other.chat.delete({ channel, ts }))).toBe("cant_delete_message");
  });

  it("has a link", async () => {
    const { client } = await bench();
    const { ts = "" } = await client.chat.postMessage({ channel, text: "x" });
    const { permalink } = await client.chat.getPermalink({ channel, message_ts: ts });
    expect(permalink).toBe(`https://acme.slack.com/archives/${channel}/p${ts.replace(".", "")}`);
  });

  it("for one pair of eyes leaves no trace in the channel", async () => {
    const { client, simulator } = await bench();
    const posted = await client.chat.postEphemeral({ channel, user: "U0000001", text: "psst" });
    expect(posted.message_ts).toMatch(/^\d+\.\d{6}$/);
    expect(simulator.state.workspace().channels.get(channel)?.messages).toEqual([]);
    expect(await errorOf(client.chat.postEphemeral({ channel, user: "U9", text: "x" }))).toBe("user_not_in_channel");
  });
});

describe("a scheduled message", () => {
  it("appears when its time has come, and not before", async () => {
    const wallClock = manualClock(1_700_000_000_000);
    const { client } = await bench({ wallClock });
    const scheduled = await client.chat.scheduleMessage({ channel, text: "later", post_at: 1_700_000_060 });
    expect(scheduled).toMatchObject({ channel, scheduled_message_id: "Q0000001", post_at: 1_700_000_060 });
    wallClock.advance(59_000);
    expect((await client.conversations.history({ channel })).messages).toEqual([]);
    wallClock.advance(1_000);
    expect((await client.conversations.history({ channel })).messages).toMatchObject([{ text: "later" }]);
    expect((await client.conversations.history({ channel })).messages).toHaveLength(1);
  });

  it("must lie ahead, and at most 120 days", async () => {
    const { client } = await bench({ wallClock: manualClock(1_700_000_000_000) });
    const at = (post_at: number) => errorOf(client.chat.scheduleMessage({ channel, text: "x", post_at }));
    expect(await at(1_700_000_000)).toBe("time_in_past");
    expect(await at(1_700_000_000 + 121 * 86_400)).toBe("time_too_far");
    expect(await at(1_700_000_000.5)).toBe("invalid_time");
  });
});

describe("a streamed message", () => {
  const recipient = { recipient_team_id: "T0000001", recipient_user_id: "U0000001" };

  it("grows piece by piece until it is stopped", async () => {
    const { client } = await bench();
    const { ts: thread_ts = "" } = await client.chat.postMessage({ channel, text: "question" });
    const { ts = "" } = await client.chat.startStream({ channel, thread_ts, markdown_text: "a", ...recipient });
    await client.chat.appendStream({ channel, ts, markdown_text: "b" });
    const stopped = await client.chat.stopStream({ channel, ts, markdown_text: "c" });
    expect(stopped.message).toMatchObject({ text: "abc", thread_ts, streaming_state: "completed" });
    const again = client.chat.appendStream({ channel, ts, markdown_text: "d" });
    expect(await errorOf(again)).toBe("message_not_in_streaming_state");
  });

  it("works through the client's own helper", async () => {
    const { client } = await bench();
    const { ts: thread_ts = "" } = await client.chat.postMessage({ channel, text: "question" });
    const streamer = client.chatStream({ channel, thread_ts, buffer_size: 1, ...recipient });
    await streamer.append({ markdown_text: "hello " });
    await streamer.append({ markdown_text: "world" });
    await streamer.stop();
    const { messages } = await client.conversations.replies({ channel, ts: thread_ts });
    expect(messages?.[1]?.text).toBe("hello world");
  });

  it("needs a thread, a recipient and something to append", async () => {
    const { client } = await bench();
    const { ts = "" } = await client.chat.postMessage({ channel, text: "plain" });
    const start = (more: object) => errorOf(client.apiCall("chat.startStream", { channel, ...more }));
    expect(await start({})).toBe("invalid_arguments");
    expect(await start({ thread_ts: ts })).toBe("missing_recipient_team_id");
    expect(await start({ thread_ts: ts, recipient_team_id: "T0000001" })).toBe("missing_recipient_user_id");
    const plain = client.chat.appendStream({ channel, ts, markdown_text: "x" });
    expect(await errorOf(plain)).toBe("message_not_in_streaming_state");
    const stream = await client.chat.startStream({ channel, thread_ts: ts, ...recipient });
    const empty = client.apiCall("chat.appendStream", { channel, ts: stream.ts });
    expect(await errorOf(empty)).toBe("no_text");
    const odd = client.apiCall("chat.appendStream", { channel, ts: stream.ts, chunks: "odd" });
    expect(await errorOf(odd)).toBe("invalid_chunks");
  });
});
