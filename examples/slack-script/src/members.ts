import type { WebClient } from "@slack/web-api";

/** What the script found out about one user group. */
export interface Membership {
  readonly handle: string;
  /** How many are in it; undefined when Slack did not say. */
  readonly members: number | undefined;
}

// #region script
/** Asks for the members of every user group at once. It was written for the SDK's client, and knows nothing else. */
export async function membersOfGroups(slack: WebClient): Promise<readonly Membership[]> {
  const { usergroups = [] } = await slack.usergroups.list();
  return Promise.all(
    usergroups.map(async ({ id = "", handle = "" }) => {
      const answer = await slack.usergroups.users.list({ usergroup: id }).catch(() => undefined);
      return { handle, members: answer?.users?.length };
    }),
  );
}
// #endregion
