import { describe, expect, it } from "vitest";
import { kinds, rejection, token } from "../test-support/clients.test-support.js";
import { startServer } from "../test-support/server.test-support.js";

const where = { channel: "C1", thread_ts: "1.0", recipient_team_id: "T1", recipient_user_id: "U1" };
const chunk = (text: string) => ({ type: "markdown_text", text }) as const;

describe.each(kinds)("%s", (_name, make) => {
  const streaming = async (ts: string | undefined = "1.5") => {
    const server = await startServer(() => ({ body: { ok: true, ts } }));
    return {
      client: make(token, { slackApiUrl: server.url }),
      requests: () =>
        server.received.map(({ name, body }) => [name, Object.fromEntries(new URLSearchParams(String(body)))]),
    };
  };

  it("a short message is started and stopped, its text in the stop", async () => {
    const { client, requests } = await streaming();
    const streamer = client.chatStream(where);
    expect(await streamer.append({ markdown_text: "nice!" })).toBeNull();
    expect(streamer.ts).toBeUndefined();
    await streamer.stop();
    expect(streamer.ts).toBe("1.5");
    expect(requests()).toEqual([
      ["chat.startStream", where],
      ["chat.stopStream", { channel: "C1", ts: "1.5", chunks: JSON.stringify([chunk("nice!")]) }],
    ]);
  });

  it("a long message goes out whenever the buffer is full, the newest token with it", async () => {
    const { client, requests } = await streaming();
    const streamer = client.chatStream({ ...where, buffer_size: 5 });
    await streamer.append({ markdown_text: "**this is" });
    await streamer.append({ markdown_text: " a", token: "xoxb-second" });
    await streamer.append({ markdown_text: " text" });
    await streamer.stop({ markdown_text: "**", token: "xoxb-third" });
    expect(requests()).toEqual([
      ["chat.startStream", { ...where, chunks: JSON.stringify([chunk("**this is")]) }],
      [
        "chat.appendStream",
        { token: "xoxb-second", channel: "C1", ts: "1.5", chunks: JSON.stringify([chunk(" a text")]) },
      ],
      ["chat.stopStream", { token: "xoxb-third", channel: "C1", ts: "1.5", chunks: JSON.stringify([chunk("**")]) }],
    ]);
  });

  it("chunks go out at once, after what was buffered", async () => {
    const { client, requests } = await streaming();
    const streamer = client.chatStream(where);
    await streamer.append({ markdown_text: "buffered" });
    await streamer.append({ chunks: [chunk("chunk")] });
    await streamer.stop({ chunks: [chunk("last")] });
    expect(requests()).toEqual([
      ["chat.startStream", { ...where, chunks: JSON.stringify([chunk("buffered"), chunk("chunk")]) }],
      ["chat.stopStream", { channel: "C1", ts: "1.5", chunks: JSON.stringify([chunk("last")]) }],
    ]);
  });

  it("a stream that was never started cannot be stopped", async () => {
    const { client } = await streaming("");
    expect((await rejection(client.chatStream(where).stop())).message).toBe(
      "failed to stop stream: stream not started",
    );
  });

  it("a stream that was stopped takes nothing more", async () => {
    const { client, requests } = await streaming();
    const streamer = client.chatStream(where);
    await streamer.stop();
    expect((await rejection(streamer.append({ markdown_text: "more" }))).message).toBe(
      "failed to append stream: stream state is completed",
    );
    expect((await rejection(streamer.stop())).message).toBe("failed to stop stream: stream state is completed");
    expect(requests()).toHaveLength(2);
  });
});
