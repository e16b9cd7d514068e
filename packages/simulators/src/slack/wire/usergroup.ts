import type { Usergroup, Workspace } from "../state/model.js";

/** What a caller may ask to see of a user group. */
export interface UsergroupView {
  readonly count: boolean;
  readonly users: boolean;
}

/** A user group as the API shows it. */
export function usergroupOnWire(
  usergroup: Usergroup,
  workspace: Workspace,
  view: UsergroupView,
): Record<string, unknown> {
  const disabled = usergroup.deletedSeconds > 0;
  return {
    id: usergroup.id,
    team_id: workspace.id,
    is_usergroup: true,
    is_subteam: true,
    name: usergroup.name,
    description: usergroup.description,
    handle: usergroup.handle,
    is_external: false,
    date_create: usergroup.createdSeconds,
    date_update: usergroup.updatedSeconds,
    date_delete: usergroup.deletedSeconds,
    auto_type: null,
    auto_provision: false,
    enterprise_subteam_id: "",
    created_by: usergroup.createdBy,
    updated_by: usergroup.updatedBy,
    deleted_by: disabled ? usergroup.updatedBy : null,
    prefs: { channels: usergroup.channels, groups: [] },
    ...(view.users && { users: usergroup.users }),
    ...(view.count && { user_count: usergroup.users.length }),
    channel_count: usergroup.channels.length,
  };
}
