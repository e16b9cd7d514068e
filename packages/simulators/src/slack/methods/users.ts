import { profileOnWire, userOnWire } from "../wire/user.js";
import { listChannels } from "./conversations-read.js";
import { findUser } from "./lookup.js";
import type { Methods } from "./method.js";
import { MethodError } from "./method-error.js";
import { metadata, page } from "./page.js";

/** The people of the workspace. */
export const userMethods: Methods = {
  "users.list": ({ args, workspace, state }) => {
    const found = page([...workspace.users.values()], args, { kind: "user", key: (user) => user.id });
    return {
      members: found.items.map((user) => userOnWire(user, workspace)),
      cache_ts: state.times.seconds(),
      ...metadata(found),
    };
  },

  "users.info": ({ args, workspace }) => {
    const user = findUser(workspace, args.required("user", "user_not_found"));
    if (user === undefined) throw new MethodError("user_not_found");
    return { user: userOnWire(user, workspace) };
  },

  "users.lookupByEmail": ({ args, workspace }) => {
    const email = args.required("email", "users_not_found").toLowerCase();
    const user = [...workspace.users.values()].find((candidate) => candidate.email.toLowerCase() === email);
    if (user === undefined) throw new MethodError("users_not_found");
    return { user: userOnWire(user, workspace) };
  },

  "users.profile.get": ({ args, workspace, caller }) => {
    const user = findUser(workspace, args.text("user") ?? caller.user.id);
    if (user === undefined) throw new MethodError("user_not_found");
    return { profile: profileOnWire(user, workspace) };
  },

  "users.conversations": (call) => {
    const user = findUser(call.workspace, call.args.text("user") ?? call.caller.user.id);
    if (user === undefined) throw new MethodError("user_not_found");
    return listChannels(call, (channel) => channel.members.has(user.id));
  },
};
