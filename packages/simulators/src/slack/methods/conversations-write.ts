import type { Channel } from "../state/model.js";
import { channelOnWire } from "../wire/channel.js";
import { findUser, requireChannel } from "./lookup.js";
import type { MethodCall, Methods } from "./method.js";
import { MethodError } from "./method-error.js";

/** Channels made, joined, filled, renamed and archived. */
export const conversationWriteMethods: Methods = {
  "conversations.create": (call) => {
    const { args, workspace, caller, state } = call;
    const name = newChannelName(call);
    const id = state.ids.next("C");
    const channel: Channel = {
      id,
      name,
      kind: args.flag("is_private") ? "private" : "public",
      creator: caller.user.id,
      createdSeconds: state.times.seconds(),
      archived: false,
      members: new Set([caller.user.id]),
      messages: [],
      previousNames: [],
    };
    workspace.channels.set(id, channel);
    return { channel: channelOnWire(channel, caller.user.id) };
  },

  "conversations.join": (call) => {
    const channel = openChannel(call);
    if (channel.kind === "private") throw new MethodError("channel_not_found");
    const warning = "already_in_channel";
    const repeated = channel.members.has(call.caller.user.id);
    channel.members.add(call.caller.user.id);
    return {
      channel: channelOnWire(channel, call.caller.user.id),
      ...(repeated && { warning, response_metadata: { warnings: [warning] } }),
    };
  },

  "conversations.invite": (call) => {
    const channel = openChannel(call);
    const users = call.args.list("users") ?? [];
    if (users.length === 0) throw new MethodError("no_user");
    const refused = users.flatMap((user) => {
      const error = inviteError(call, channel, user);
      return error === undefined ? [] : [{ user, ok: false, error }];
    });
    const [first] = refused;
    const goOn = call.args.flag("force") && refused.length < users.length;
    if (first !== undefined && !goOn) throw new MethodError(first.error, { errors: refused });
    const invited = users.filter((user) => refused.every((refusal) => refusal.user !== user));
    for (const user of invited) channel.members.add(user);
    return {
      channel: channelOnWire(channel, call.caller.user.id),
      ...(refused.length > 0 && { errors: refused }),
    };
  },

  "conversations.rename": (call) => {
    const channel = openChannel(call);
    const name = newChannelName(call);
    channel.previousNames.unshift(channel.name);
    channel.name = name;
    return { channel: channelOnWire(channel, call.caller.user.id) };
  },

  "conversations.archive": (call) => {
    const channel = requireChannel(call);
    if (channel.archived) throw new MethodError("already_archived");
    if (channel.name === "general") throw new MethodError("cant_archive_general");
    if (channel.kind === "im") throw new MethodError("method_not_supported_for_channel_type");
    channel.archived = true;
    return {};
  },
};

/** A channel of the workspace that is not archived. */
function openChannel(call: MethodCall): Channel {
  const channel = requireChannel(call);
  if (channel.kind === "im") throw new MethodError("method_not_supported_for_channel_type");
  if (channel.archived) throw new MethodError("is_archived");
  return channel;
}

function newChannelName({ args, workspace }: MethodCall): string {
  const name = args.required("name", "invalid_name_required");
  if (name.length > 80) throw new MethodError("invalid_name_maxlength");
  if (!/^[\p{Ll}\p{Lo}\p{N}_-]+$/u.test(name)) throw new MethodError("invalid_name_specials");
  const taken = [...workspace.channels.values()].some((channel) => channel.name === name);
  if (taken) throw new MethodError("name_taken");
  return name;
}

function inviteError({ workspace, caller }: MethodCall, channel: Channel, user: string): string | undefined {
  if (user === caller.user.id) return "cant_invite_self";
  if (findUser(workspace, user) === undefined) return "user_not_found";
  return channel.members.has(user) ? "already_in_channel" : undefined;
}
