import type { User, Workspace } from "../state/model.js";

/** A user as the API shows it. */
export function userOnWire(user: User, workspace: Workspace): Record<string, unknown> {
  return {
    id: user.id,
    team_id: workspace.id,
    name: user.name,
    deleted: false,
    color: "9f69e7",
    real_name: user.realName,
    tz: "Etc/UTC",
    tz_label: "Coordinated Universal Time",
    tz_offset: 0,
    profile: profileOnWire(user, workspace),
    is_admin: false,
    is_owner: false,
    is_primary_owner: false,
    is_restricted: false,
    is_ultra_restricted: false,
    is_bot: user.isBot,
    is_app_user: false,
    is_email_confirmed: true,
    updated: 0,
  };
}

/** A user's profile as the API shows it. */
export function profileOnWire(user: User, workspace: Workspace): Record<string, unknown> {
  const [first = "", ...rest] = user.realName.split(" ");
  return {
    title: "",
    phone: "",
    skype: "",
    real_name: user.realName,
    real_name_normalized: user.realName,
    display_name: user.name,
    display_name_normalized: user.name,
    first_name: first,
    last_name: rest.join(" "),
    status_text: "",
    status_emoji: "",
    status_expiration: 0,
    email: user.email,
    team: workspace.id,
  };
}
