import type { Bot, Channel, Message, MessageContent, Workspace } from "../state/model.js";
import { fileOnWire } from "./file.js";

/** A message as the API shows it; the first message of a thread tells of its replies. */
export function messageOnWire(message: Message, channel: Channel, workspace: Workspace): Record<string, unknown> {
  const { author, threadTs, edited, streaming } = message;
  return {
    type: "message",
    ts: message.ts,
    user: author.user.id,
    bot_id: author.botId,
    app_id: author.appId,
    team: workspace.id,
    bot_profile: botProfileOnWire(author, workspace),
    ...contentOnWire(message.content, workspace),
    ...(threadTs !== undefined && { thread_ts: threadTs }),
    ...(message.broadcast && { subtype: "thread_broadcast" }),
    ...(edited !== undefined && { edited: { user: author.user.id, ts: edited } }),
    ...(streaming !== undefined && { streaming_state: streaming }),
    ...threadOnWire(message, channel),
  };
}

/** What is said in a message, as the API shows it. */
export function contentOnWire(content: MessageContent, workspace: Workspace): Record<string, unknown> {
  const { text, blocks, attachments, metadata, files } = content;
  return {
    text,
    ...(blocks !== undefined && { blocks }),
    ...(attachments !== undefined && { attachments }),
    ...(metadata !== undefined && { metadata }),
    ...(files !== undefined && {
      files: files.flatMap((id) => {
        const file = workspace.files.get(id);
        return file === undefined ? [] : [fileOnWire(file, workspace)];
      }),
      upload: true,
    }),
  };
}

function threadOnWire(message: Message, channel: Channel): Record<string, unknown> {
  const replies = channel.messages.filter((other) => other.threadTs === message.ts && other !== message);
  if (replies.length === 0) return {};
  const users = [...new Set(replies.map((reply) => reply.author.user.id))];
  return {
    thread_ts: message.ts,
    reply_count: replies.length,
    reply_users: users,
    reply_users_count: users.length,
    latest_reply: replies.at(-1)?.ts,
  };
}

function botProfileOnWire(bot: Bot, workspace: Workspace): Record<string, unknown> {
  return { id: bot.botId, app_id: bot.appId, name: bot.app, team_id: workspace.id, deleted: false, updated: 0 };
}
