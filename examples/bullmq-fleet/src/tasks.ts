import type { SlackApi } from "@sluice/slack";

/** What a job carries. */
export interface TaskData {
  readonly user: string;
}

type Task = (slack: SlackApi, data: TaskData) => Promise<string>;

// #region tasks
/** What workers can do, by the names that jobs have. Both ask the same method of Slack, whose limit is one. */
export const tasks: Readonly<Record<string, Task>> = {
  "sync-profile": async (slack, { user }) => {
    const answer = await slack.users.info({ user });
    return `${answer.user?.real_name} is up to date`;
  },
  "send-digest": async (slack, { user }) => {
    const answer = await slack.users.info({ user });
    return `a digest for ${answer.user?.name} in ${answer.user?.tz ?? "no time zone"}`;
  },
};
// #endregion
