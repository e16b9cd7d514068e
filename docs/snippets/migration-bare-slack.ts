import { retryPolicies, WebClient, type WebClientOptions } from "@slack/web-api";
import { createSlackApi, type SlackFactoryOptions } from "@sluice/slack";

const token = "xoxb-docs";

/** How many of the users can be looked at, with the SDK alone. */
export async function before(options: WebClientOptions, users: readonly string[]): Promise<number> {
  // #region before
  const slack = new WebClient(token, {
    ...options, // agents and proxies by `fetch`, `timeout`, `headers`
    retryConfig: retryPolicies.fiveRetriesInFiveMinutes,
  });
  const answers = await Promise.all(users.map((user) => slack.users.info({ user })));
  // #endregion
  return answers.filter(({ ok }) => ok).length;
}

/** The same with ours. */
export async function after(options: SlackFactoryOptions, users: readonly string[]): Promise<number> {
  // #region after
  const slack = createSlackApi("acme", {
    ...options, // the same
    token, // or nothing: SLACK_TOKEN_ACME, SLACK_TOKEN
  });
  const answers = await Promise.all(users.map((user) => slack.users.info({ user })));
  await slack.close();
  // #endregion
  return answers.filter(({ ok }) => ok).length;
}
