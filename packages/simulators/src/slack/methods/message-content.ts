import type { Channel, MessageContent } from "../state/model.js";
import { directMessages } from "../state/conversation.js";
import type { Arguments } from "./arguments.js";
import { findChannel, findUser } from "./lookup.js";
import type { MethodCall } from "./method.js";
import { MethodError } from "./method-error.js";

/** Longest text of a message; in characters. */
const longestText = 40_000;

/** The channel to post in: by id, by name, or by the id of a user to write to. */
export function requirePostingChannel({ args, workspace, caller, state }: MethodCall): Channel {
  const wanted = args.required("channel");
  const channel =
    findChannel(workspace, wanted) ?? (findUser(workspace, wanted) && directMessages(state, workspace, caller, wanted));
  if (channel === undefined) throw new MethodError("channel_not_found");
  if (channel.archived) throw new MethodError("is_archived");
  return channel;
}

/** What the arguments say; at least a text, blocks or attachments. */
export function requireContent(args: Arguments): MessageContent {
  const blocks = jsonList(args, "blocks");
  const attachments = jsonList(args, "attachments");
  const metadata = args.value("metadata");
  const text = args.text("text") ?? args.text("markdown_text") ?? "";
  if (text === "" && blocks === undefined && attachments === undefined) throw new MethodError("no_text");
  if (text.length > longestText) throw new MethodError("msg_too_long");
  return {
    text,
    ...(blocks !== undefined && { blocks }),
    ...(attachments !== undefined && { attachments }),
    ...(metadata !== undefined && { metadata }),
  };
}

function jsonList(args: Arguments, name: "blocks" | "attachments"): readonly unknown[] | undefined {
  const given = args.value(name);
  if (given === undefined || given === "") return undefined;
  if (!Array.isArray(given)) throw new MethodError(`invalid_${name}`);
  return given.length === 0 ? undefined : given;
}
