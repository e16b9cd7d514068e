import type { Bot, Channel, Message, MessageContent, Workspace } from "./model.js";
import type { WritableState } from "./state.js";

/** Where in a channel a message goes. */
export interface Placement {
  readonly threadTs?: string | undefined;
  readonly broadcast?: boolean;
}

/** Puts a message at the end of a channel. */
export function addMessage(
  state: WritableState,
  channel: Channel,
  author: Bot,
  content: MessageContent,
  { threadTs, broadcast = false }: Placement = {},
): Message {
  const message: Message = {
    ts: state.times.next(),
    content,
    author,
    broadcast: broadcast && threadTs !== undefined,
    ...(threadTs !== undefined && { threadTs }),
  };
  channel.messages.push(message);
  return message;
}

/** The direct messages with a user, opened on first use. */
export function directMessages(state: WritableState, workspace: Workspace, caller: Bot, peer: string): Channel {
  const known = [...workspace.channels.values()].find(
    (channel) => channel.peer === peer && channel.creator === caller.user.id,
  );
  if (known !== undefined) return known;
  const channel: Channel = {
    id: state.ids.next("D"),
    name: "",
    kind: "im",
    creator: caller.user.id,
    createdSeconds: state.times.seconds(),
    archived: false,
    members: new Set([peer, caller.user.id]),
    messages: [],
    previousNames: [],
    peer,
  };
  workspace.channels.set(channel.id, channel);
  return channel;
}

/** Posts the scheduled messages whose time has come. Called before each request, so nobody sees one late. */
export function postDueMessages(state: WritableState, workspace: Workspace): void {
  const nowSeconds = state.times.seconds();
  for (const [id, { channelId, author, content, threadTs, postAtSeconds }] of workspace.scheduled) {
    if (postAtSeconds > nowSeconds) continue;
    workspace.scheduled.delete(id);
    const channel = workspace.channels.get(channelId);
    if (channel !== undefined) addMessage(state, channel, author, content, { threadTs });
  }
}
