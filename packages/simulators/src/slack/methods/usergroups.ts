import type { Usergroup } from "../state/model.js";
import { handleOf } from "../state/seed.js";
import { usergroupOnWire } from "../wire/usergroup.js";
import { requireUsergroup } from "./lookup.js";
import type { MethodCall, Methods } from "./method.js";
import { MethodError } from "./method-error.js";

/** User groups and their members. */
export const usergroupMethods: Methods = {
  "usergroups.list": ({ args, workspace }) => {
    const withDisabled = args.flag("include_disabled");
    const view = { count: args.flag("include_count"), users: args.flag("include_users") };
    const listed = [...workspace.usergroups.values()].filter((group) => withDisabled || group.deletedSeconds === 0);
    return { usergroups: listed.map((group) => usergroupOnWire(group, workspace, view)) };
  },

  "usergroups.create": (call) => {
    const { args, workspace, caller, state } = call;
    const name = args.required("name", "missing_subteam_name");
    const handle = args.text("handle") ?? handleOf(name);
    checkName(call, name);
    checkHandle(call, handle);
    const channels = knownChannels(call);
    const nowSeconds = state.times.seconds();
    const usergroup: Usergroup = {
      id: state.ids.next("S"),
      name,
      handle,
      description: args.text("description") ?? "",
      channels: channels ?? [],
      users: [],
      createdBy: caller.user.id,
      createdSeconds: nowSeconds,
      updatedBy: caller.user.id,
      updatedSeconds: nowSeconds,
      deletedSeconds: 0,
    };
    workspace.usergroups.set(usergroup.id, usergroup);
    return shown(call, usergroup);
  },

  "usergroups.update": (call) => {
    const usergroup = requireUsergroup(call);
    const name = call.args.text("name") ?? usergroup.name;
    const handle = call.args.text("handle") ?? usergroup.handle;
    checkName(call, name, usergroup);
    checkHandle(call, handle, usergroup);
    const channels = knownChannels(call) ?? usergroup.channels;
    const description = call.args.text("description") ?? usergroup.description;
    return changed(call, usergroup, { name, handle, description, channels });
  },

  "usergroups.disable": (call) => {
    const usergroup = requireUsergroup(call);
    if (usergroup.deletedSeconds > 0) throw new MethodError("already_disabled");
    return changed(call, usergroup, { deletedSeconds: call.state.times.seconds() });
  },

  "usergroups.enable": (call) => {
    const usergroup = requireUsergroup(call);
    if (usergroup.deletedSeconds === 0) throw new MethodError("already_enabled");
    return changed(call, usergroup, { deletedSeconds: 0 });
  },

  "usergroups.users.list": (call) => {
    const usergroup = requireUsergroup(call);
    const hidden = usergroup.deletedSeconds > 0 && !call.args.flag("include_disabled");
    if (hidden) throw new MethodError("no_such_subteam");
    return { users: usergroup.users };
  },

  "usergroups.users.update": (call) => {
    const usergroup = requireUsergroup(call);
    const users = [...new Set(call.args.list("users") ?? [])];
    if (users.length === 0) throw new MethodError("no_users_provided");
    if (users.some((user) => !call.workspace.users.has(user))) throw new MethodError("invalid_users");
    return changed(call, usergroup, { users });
  },
};

function changed(call: MethodCall, usergroup: Usergroup, change: Partial<Usergroup>): Record<string, unknown> {
  Object.assign(usergroup, change, { updatedBy: call.caller.user.id, updatedSeconds: call.state.times.seconds() });
  return shown(call, usergroup);
}

function shown({ args, workspace }: MethodCall, usergroup: Usergroup): Record<string, unknown> {
  return { usergroup: usergroupOnWire(usergroup, workspace, { count: args.flag("include_count"), users: true }) };
}

function checkName({ workspace }: MethodCall, name: string, self?: Usergroup): void {
  const others = [...workspace.usergroups.values()].filter((group) => group !== self);
  if (others.some((group) => group.name === name)) throw new MethodError("name_already_exists");
}

/** A handle is unique among user groups, users and channels. */
function checkHandle({ workspace }: MethodCall, handle: string, self?: Usergroup): void {
  if (handle === "") throw new MethodError("bad_handle");
  const handles = [...workspace.usergroups.values()].filter((group) => group !== self).map((group) => group.handle);
  const names = [...workspace.users.values(), ...workspace.channels.values()].map(({ name }) => name);
  if ([...handles, ...names].includes(handle)) throw new MethodError("handle_already_exists");
}

function knownChannels({ args, workspace }: MethodCall): readonly string[] | undefined {
  const channels = args.list("channels");
  if (channels?.some((id) => !workspace.channels.has(id)) === true) throw new MethodError("invalid_channel_provided");
  return channels;
}
