import type { Channel, Message, User, Usergroup, Workspace } from "../state/model.js";
import type { Arguments } from "./arguments.js";
import type { MethodCall } from "./method.js";
import { MethodError } from "./method-error.js";

/** The user of that id, people and bots alike. */
export function findUser(workspace: Workspace, id: string): User | undefined {
  return workspace.users.get(id) ?? [...workspace.bots.values()].find((bot) => bot.user.id === id)?.user;
}

/** The channel of that id, or of that name with or without its `#`. */
export function findChannel(workspace: Workspace, idOrName: string): Channel | undefined {
  const name = idOrName.replace(/^#/, "");
  return (
    workspace.channels.get(idOrName) ??
    [...workspace.channels.values()].find((channel) => channel.kind !== "im" && channel.name === name)
  );
}

/** The channel that the argument `channel` names by id. */
export function requireChannel({ args, workspace }: MethodCall): Channel {
  const channel = workspace.channels.get(args.required("channel"));
  if (channel === undefined) throw new MethodError("channel_not_found");
  return channel;
}

/** The message of the channel that the named argument gives by its `ts`. */
export function requireMessage(channel: Channel, args: Arguments, name: string): Message {
  const ts = args.required(name);
  const message = channel.messages.find((candidate) => candidate.ts === ts);
  if (message === undefined) throw new MethodError("message_not_found");
  return message;
}

/** The user group that the argument `usergroup` names. */
export function requireUsergroup({ args, workspace }: MethodCall): Usergroup {
  const usergroup = workspace.usergroups.get(args.required("usergroup", "missing_argument"));
  if (usergroup === undefined) throw new MethodError("no_such_subteam");
  return usergroup;
}
