import { addMessage } from "../state/conversation.js";
import type { Channel, Message } from "../state/model.js";
import { messageOnWire } from "../wire/message.js";
import { requireMessage } from "./lookup.js";
import { requirePostingChannel } from "./message-content.js";
import type { MethodCall, Methods } from "./method.js";
import { MethodError } from "./method-error.js";

/** Longest piece of a streamed text; in characters. */
const longestPiece = 12_000;

/** Messages that are written while they are read. */
export const chatStreamMethods: Methods = {
  "chat.startStream": (call) => {
    const channel = requirePostingChannel(call);
    const threadTs = call.args.required("thread_ts");
    if (channel.kind !== "im") {
      call.args.required("recipient_team_id", "missing_recipient_team_id");
      call.args.required("recipient_user_id", "missing_recipient_user_id");
    }
    const message = addMessage(call.state, channel, call.caller, { text: piece(call) }, { threadTs });
    message.streaming = "in_progress";
    return { channel: channel.id, ts: message.ts };
  },

  "chat.appendStream": (call) => {
    const { channel, message } = requireStream(call);
    if (piece(call) === "" && chunks(call).length === 0) throw new MethodError("no_text");
    append(call, message);
    return { channel: channel.id, ts: message.ts };
  },

  "chat.stopStream": (call) => {
    const { channel, message } = requireStream(call);
    append(call, message);
    const blocks = call.args.value("blocks");
    if (blocks !== undefined) message.content = { ...message.content, blocks };
    message.streaming = "completed";
    return { channel: channel.id, ts: message.ts, message: messageOnWire(message, channel, call.workspace) };
  },
};

/** The message that `channel` and `ts` name; it must still be streaming. */
function requireStream(call: MethodCall): { readonly channel: Channel; readonly message: Message } {
  const channel = requirePostingChannel(call);
  const message = requireMessage(channel, call.args, "ts");
  if (message.streaming !== "in_progress") throw new MethodError("message_not_in_streaming_state");
  return { channel, message };
}

function append(call: MethodCall, message: Message): void {
  message.content = { ...message.content, text: message.content.text + piece(call) };
}

/** The text of this call: `markdown_text`, then the text of every chunk that holds some. */
function piece(call: MethodCall): string {
  const texts = chunks(call).map((chunk) => (chunk.type === "markdown_text" ? String(chunk.text) : ""));
  const text = [call.args.text("markdown_text") ?? "", ...texts].join("");
  if (text.length > longestPiece) throw new MethodError("msg_too_long");
  return text;
}

function chunks({ args }: MethodCall): readonly { readonly type?: unknown; readonly text?: unknown }[] {
  const given = args.value("chunks");
  if (given === undefined) return [];
  if (!Array.isArray(given) || given.some((chunk) => typeof chunk !== "object" || chunk === null)) {
    throw new MethodError("invalid_chunks");
  }
  return given;
}
