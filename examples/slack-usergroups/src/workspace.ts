import type { WebClient } from "@slack/web-api";

/** The part of Slack's client that is used here. */
export type SlackClient = Pick<WebClient, "usergroups" | "users" | "paginate">;

/** A user group as the workspace has it. */
export interface CurrentGroup {
  readonly id: string;
  readonly handle: string;
  readonly name: string;
  readonly description: string;
  readonly channels: readonly string[];
  /** Ids of its members. */
  readonly users: readonly string[];
  readonly enabled: boolean;
  /** Owned by an identity provider or another workspace, so nothing here may change it. */
  readonly foreign: boolean;
}

/** Someone who may be a member. */
export interface Person {
  readonly id: string;
  /** Absent where the token may not see it. */
  readonly email?: string;
  readonly name: string;
  readonly deactivated: boolean;
}

/** All user groups, disabled ones too. */
export async function readGroups(slack: SlackClient): Promise<CurrentGroup[]> {
  const { usergroups = [] } = await slack.usergroups.list({ include_disabled: true, include_users: true });
  return usergroups.map((group) => ({
    id: group.id ?? "",
    handle: group.handle ?? "",
    name: group.name ?? "",
    description: group.description ?? "",
    channels: [...(group.prefs?.channels ?? []), ...(group.prefs?.groups ?? [])],
    users: group.users ?? [],
    enabled: (group.date_delete ?? 0) === 0,
    foreign: group.is_external === true || group.is_idp_group === true || group.is_membership_locked === true,
  }));
}

/** Everyone in the workspace. */
export async function readPeople(slack: SlackClient): Promise<Person[]> {
  const people: Person[] = [];
  for await (const page of slack.paginate("users.list")) {
    const { members = [] } = page as Awaited<ReturnType<SlackClient["users"]["list"]>>;
    for (const { id = "", name = id, deleted = false, profile } of members) {
      people.push({ id, name, deactivated: deleted, ...(profile?.email !== undefined && { email: profile.email }) });
    }
  }
  return people;
}
