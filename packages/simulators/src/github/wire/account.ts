import type { GitHubAccount, GitHubOrganization, GitHubTeam } from "../state/model.js";
import { nodeId, timestamp, website } from "./common.js";

export type Json = Readonly<Record<string, unknown>>;

/** An account as it appears inside other objects. */
export function simpleAccount({ id, login, type }: GitHubAccount, origin: string): Json {
  const url = `${origin}/users/${login}`;
  return {
    login,
    id,
    node_id: nodeId(type, id),
    avatar_url: `https://avatars.githubusercontent.com/u/${id}?v=4`,
    gravatar_id: "",
    url,
    html_url: `${website}/${login}`,
    followers_url: `${url}/followers`,
    following_url: `${url}/following{/other_user}`,
    gists_url: `${url}/gists{/gist_id}`,
    starred_url: `${url}/starred{/owner}{/repo}`,
    subscriptions_url: `${url}/subscriptions`,
    organizations_url: `${url}/orgs`,
    repos_url: `${url}/repos`,
    events_url: `${url}/events{/privacy}`,
    received_events_url: `${url}/received_events`,
    type,
    user_view_type: "public",
    site_admin: false,
  };
}

/** An account on its own. */
export function fullAccount(account: GitHubAccount, origin: string, publicRepos: number): Json {
  return {
    ...simpleAccount(account, origin),
    name: account.name,
    company: null,
    blog: "",
    location: null,
    email: account.email,
    hireable: null,
    bio: null,
    twitter_username: null,
    public_repos: publicRepos,
    public_gists: 0,
    followers: 0,
    following: 0,
    created_at: timestamp(account.createdMs),
    updated_at: timestamp(account.updatedMs),
  };
}

/** An organization inside a list. */
export function simpleOrganization({ id, login, description }: GitHubOrganization, origin: string): Json {
  const url = `${origin}/orgs/${login}`;
  return {
    login,
    id,
    node_id: nodeId("Organization", id),
    url,
    repos_url: `${url}/repos`,
    events_url: `${url}/events`,
    hooks_url: `${url}/hooks`,
    issues_url: `${url}/issues`,
    members_url: `${url}/members{/member}`,
    public_members_url: `${url}/public_members{/member}`,
    avatar_url: `https://avatars.githubusercontent.com/u/${id}?v=4`,
    description,
  };
}

/** An organization on its own. */
export function fullOrganization(org: GitHubOrganization, origin: string, publicRepos: number): Json {
  return {
    ...simpleOrganization(org, origin),
    name: org.name,
    company: null,
    blog: "",
    location: null,
    email: org.email,
    is_verified: false,
    has_organization_projects: true,
    has_repository_projects: true,
    public_repos: publicRepos,
    public_gists: 0,
    followers: 0,
    following: 0,
    html_url: `${website}/${org.login}`,
    created_at: timestamp(org.createdMs),
    updated_at: timestamp(org.updatedMs),
    archived_at: null,
    type: "Organization",
  };
}

/** A team of an organization. */
export function wireTeam({ id, slug, name, description }: GitHubTeam, org: GitHubOrganization, origin: string): Json {
  const url = `${origin}/organizations/${org.id}/team/${id}`;
  return {
    id,
    node_id: nodeId("Team", id),
    url,
    html_url: `${website}/orgs/${org.login}/teams/${slug}`,
    name,
    slug,
    description,
    privacy: "closed",
    notification_setting: "notifications_enabled",
    permission: "pull",
    members_url: `${url}/members{/member}`,
    repositories_url: `${url}/repos`,
    parent: null,
  };
}
