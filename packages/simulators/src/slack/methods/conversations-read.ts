import type { Channel } from "../state/model.js";
import { channelOnWire } from "../wire/channel.js";
import { messageOnWire } from "../wire/message.js";
import { requireChannel } from "./lookup.js";
import type { Arguments } from "./arguments.js";
import type { MethodCall, Methods } from "./method.js";
import { MethodError } from "./method-error.js";
import { metadata, page } from "./page.js";

const kinds = new Map<string, Channel["kind"] | "mpim">([
  ["public_channel", "public"],
  ["private_channel", "private"],
  ["im", "im"],
  ["mpim", "mpim"],
]);

/** Conversations and what was said in them. */
export const conversationReadMethods: Methods = {
  "conversations.list": (call) => listChannels(call, () => true),

  "conversations.info": (call) => {
    const channel = requireChannel(call);
    const count = call.args.flag("include_num_members") && { num_members: channel.members.size };
    return { channel: { ...channelOnWire(channel, call.caller.user.id), ...count } };
  },

  "conversations.members": (call) => {
    const members = [...requireChannel(call).members];
    const found = page(members, call.args, { kind: "user", key: (id) => id, fallback: 100, most: 1000 });
    return { members: found.items, ...metadata(found) };
  },

  "conversations.history": (call) => {
    const channel = requireChannel(call);
    const shown = channel.messages.filter(
      ({ threadTs, ts, broadcast }) => threadTs === undefined || threadTs === ts || broadcast,
    );
    const found = page(shown.filter(withinRange(call.args)).toReversed(), call.args, {
      kind: "next_ts",
      key: (message) => message.ts,
      fallback: 100,
      most: 999,
    });
    return {
      messages: found.items.map((message) => messageOnWire(message, channel, call.workspace)),
      has_more: found.nextCursor !== "",
      pin_count: 0,
      channel_actions_ts: null,
      channel_actions_count: 0,
      ...metadata(found),
    };
  },

  "conversations.replies": (call) => {
    const channel = requireChannel(call);
    const wanted = call.args.required("ts");
    const parent = channel.messages.find((message) => message.ts === wanted);
    if (parent === undefined) throw new MethodError("thread_not_found");
    const top = parent.threadTs ?? parent.ts;
    const thread = channel.messages.filter((message) => message.ts === top || message.threadTs === top);
    const found = page(thread.filter(withinRange(call.args)), call.args, {
      kind: "next_ts",
      key: (message) => message.ts,
      fallback: 999,
      most: 999,
    });
    return {
      messages: found.items.map((message) => messageOnWire(message, channel, call.workspace)),
      has_more: found.nextCursor !== "",
      ...metadata(found),
    };
  },
};

/** One page of the channels that pass the filter and are of the types asked for. */
export function listChannels(call: MethodCall, filter: (channel: Channel) => boolean): Record<string, unknown> {
  const { args, workspace, caller } = call;
  const types = args.list("types") ?? ["public_channel"];
  if (types.some((type) => !kinds.has(type))) throw new MethodError("invalid_types");
  const wanted = new Set(types.map((type) => kinds.get(type)));
  const withoutArchived = args.flag("exclude_archived");
  const channels = [...workspace.channels.values()].filter(
    (channel) => wanted.has(channel.kind) && !(withoutArchived && channel.archived) && filter(channel),
  );
  const found = page(channels, args, { kind: "team", key: (channel) => channel.id, fallback: 100, most: 1000 });
  return {
    channels: found.items.map((channel) => ({
      ...channelOnWire(channel, caller.user.id),
      ...(channel.kind !== "im" && { num_members: channel.members.size }),
    })),
    ...metadata(found),
  };
}

/** Messages after `oldest` and before `latest`; with `inclusive` those at the bounds too. */
function withinRange(args: Arguments): (message: { readonly ts: string }) => boolean {
  const oldest = Number(args.text("oldest") ?? 0);
  const latest = Number(args.text("latest") ?? Number.POSITIVE_INFINITY);
  if (Number.isNaN(oldest)) throw new MethodError("invalid_ts_oldest");
  if (Number.isNaN(latest)) throw new MethodError("invalid_ts_latest");
  const inclusive = args.flag("inclusive");
  return ({ ts }) => {
    const at = Number(ts);
    return inclusive ? at >= oldest && at <= latest : at > oldest && at < latest;
  };
}
