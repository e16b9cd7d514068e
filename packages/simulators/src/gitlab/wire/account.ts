import type { GitLabGroup, GitLabUser } from "../state/model.js";
import { timestamp, type Json } from "./common.js";

/** A user as it appears inside other objects. */
export function simpleUser({ id, username, name }: GitLabUser, origin: string): Json {
  return {
    id,
    username,
    public_email: null,
    name,
    state: "active",
    locked: false,
    avatar_url: null,
    web_url: `${origin}/${username}`,
  };
}

/** A user on its own. */
export function fullUser(user: GitLabUser, origin: string): Json {
  return {
    ...simpleUser(user, origin),
    created_at: timestamp(user.createdMs),
    bio: "",
    location: "",
    linkedin: "",
    twitter: "",
    website_url: "",
    organization: "",
    job_title: "",
    bot: false,
    followers: 0,
    following: 0,
  };
}

/** The user of the token. */
export function currentUser(user: GitLabUser, origin: string, isAdmin: boolean): Json {
  return {
    ...fullUser(user, origin),
    email: user.email,
    commit_email: user.email,
    confirmed_at: timestamp(user.createdMs),
    theme_id: 1,
    color_scheme_id: 1,
    projects_limit: 100_000,
    identities: [],
    can_create_group: true,
    can_create_project: true,
    two_factor_enabled: false,
    external: false,
    private_profile: false,
    is_admin: isAdmin,
  };
}

/** A member of a group or project. */
export function wireMember(user: GitLabUser, accessLevel: number, createdMs: number, origin: string): Json {
  return {
    ...simpleUser(user, origin),
    access_level: accessLevel,
    created_at: timestamp(createdMs),
    expires_at: null,
    membership_state: "active",
  };
}

/** A group. */
export function wireGroup(group: GitLabGroup, origin: string): Json {
  return {
    id: group.id,
    web_url: `${origin}/groups/${group.path}`,
    name: group.name,
    path: group.path,
    description: group.description,
    visibility: group.visibility,
    share_with_group_lock: false,
    require_two_factor_authentication: false,
    two_factor_grace_period: 48,
    project_creation_level: "developer",
    auto_devops_enabled: null,
    subgroup_creation_level: "maintainer",
    emails_disabled: false,
    emails_enabled: true,
    mentions_disabled: null,
    lfs_enabled: true,
    default_branch: null,
    avatar_url: null,
    request_access_enabled: true,
    full_name: group.name,
    full_path: group.path,
    created_at: timestamp(group.createdMs),
    parent_id: null,
  };
}
