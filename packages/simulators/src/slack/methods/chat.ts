import { addMessage } from "../state/conversation.js";
import type { ScheduledMessage } from "../state/model.js";
import { contentOnWire, messageOnWire } from "../wire/message.js";
import { findUser, requireChannel, requireMessage } from "./lookup.js";
import { requireContent, requirePostingChannel } from "./message-content.js";
import type { Methods } from "./method.js";
import { MethodError } from "./method-error.js";

/** How far ahead a message may be scheduled: 120 days. Unit: seconds. */
const scheduleHorizonSeconds = 120 * 24 * 3600;

/** Messages posted, changed, deleted, linked to and scheduled. */
export const chatMethods: Methods = {
  "chat.postMessage": (call) => {
    const { args, state, caller, workspace } = call;
    const channel = requirePostingChannel(call);
    const content = requireContent(args);
    const threadTs = args.text("thread_ts");
    const message = addMessage(state, channel, caller, content, { threadTs, broadcast: args.flag("reply_broadcast") });
    return { channel: channel.id, ts: message.ts, message: messageOnWire(message, channel, workspace) };
  },

  "chat.update": (call) => {
    const channel = requirePostingChannel(call);
    const message = requireMessage(channel, call.args, "ts");
    if (message.author !== call.caller) throw new MethodError("cant_update_message");
    message.content = requireContent(call.args);
    message.edited = call.state.times.next();
    const { text } = message.content;
    return { channel: channel.id, ts: message.ts, text, message: messageOnWire(message, channel, call.workspace) };
  },

  "chat.delete": (call) => {
    const channel = requirePostingChannel(call);
    const message = requireMessage(channel, call.args, "ts");
    if (message.author !== call.caller) throw new MethodError("cant_delete_message");
    channel.messages.splice(channel.messages.indexOf(message), 1);
    return { channel: channel.id, ts: message.ts };
  },

  "chat.postEphemeral": (call) => {
    const channel = requirePostingChannel(call);
    const user = findUser(call.workspace, call.args.required("user"));
    if (user === undefined || !channel.members.has(user.id)) throw new MethodError("user_not_in_channel");
    requireContent(call.args);
    return { message_ts: call.state.times.next() };
  },

  "chat.getPermalink": (call) => {
    const channel = requireChannel(call);
    const { ts } = requireMessage(channel, call.args, "message_ts");
    const domain = `https://${call.workspace.name}.slack.com`;
    return { channel: channel.id, permalink: `${domain}/archives/${channel.id}/p${ts.replace(".", "")}` };
  },

  "chat.scheduleMessage": (call) => {
    const { args, state, caller, workspace } = call;
    const channel = requirePostingChannel(call);
    const postAtSeconds = Number(args.required("post_at"));
    const aheadSeconds = postAtSeconds - state.times.seconds();
    if (!Number.isInteger(postAtSeconds)) throw new MethodError("invalid_time");
    if (aheadSeconds <= 0) throw new MethodError("time_in_past");
    if (aheadSeconds > scheduleHorizonSeconds) throw new MethodError("time_too_far");
    const content = requireContent(args);
    const threadTs = args.text("thread_ts");
    const scheduled: ScheduledMessage = {
      id: state.ids.next("Q"),
      channelId: channel.id,
      postAtSeconds,
      content,
      author: caller,
      ...(threadTs !== undefined && { threadTs }),
    };
    workspace.scheduled.set(scheduled.id, scheduled);
    return {
      channel: channel.id,
      scheduled_message_id: scheduled.id,
      post_at: postAtSeconds,
      message: {
        type: "delayed_message",
        subtype: "bot_message",
        bot_id: caller.botId,
        ...contentOnWire(content, workspace),
      },
    };
  },
};
