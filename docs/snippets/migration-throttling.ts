import { WebAPIRateLimitedError, WebClient, type WebClientOptions } from "@slack/web-api";
import { createGitHubApi, type GitHubFactoryOptions } from "@sluice/github";
import { createSlackApi, type SlackFactoryOptions } from "@sluice/slack";

/** What plugin-throttling and plugin-retry were told, said to ours. */
export async function throttled(
  options: GitHubFactoryOptions & { plugins?: undefined },
  words: readonly string[],
): Promise<string[]> {
  const told: string[] = [];
  // #region github
  const github = createGitHubApi("acme", {
    ...options,
    timeoutMs: 90_000, // how long a caller may wait for a turn, in place of "retry when onRateLimit says true"
    retry: {
      maxRetries: 3, // as `request.retries`
      // As onRateLimit and onSecondaryRateLimit, to be told; what it returns decides nothing.
      onRetry: ({ call, delayMs }) => void told.push(`${call.operation} again in ${delayMs} ms`),
    },
  });
  const found = await Promise.all(words.map((q) => github.rest.search.repos({ q })));
  await github.close();
  // #endregion
  return [...told, ...found.map(({ status }) => `${status}`)];
}

/** Slack's SDK, which may leave rate limits to the caller. */
export async function rejecting(options: WebClientOptions, users: readonly string[]): Promise<string[]> {
  // #region slack-before
  const slack = new WebClient("xoxb-docs", { ...options, rejectRateLimitedCalls: true });
  const look = async (user: string): Promise<string> => {
    for (;;) {
      try {
        return (await slack.users.info({ user })).user?.id ?? "";
      } catch (error) {
        if (!(error instanceof WebAPIRateLimitedError)) throw error;
        await new Promise((resolve) => setTimeout(resolve, error.retryAfter * 1000));
      }
    }
  };
  const ids = await Promise.all(users.map(look));
  // #endregion
  return ids;
}

/** The same with ours: nobody is refused, so nobody needs to try again. */
export async function waiting(options: SlackFactoryOptions, users: readonly string[]): Promise<string[]> {
  // #region slack-after
  const slack = createSlackApi("acme", { ...options, token: "xoxb-docs" });
  const look = async (user: string): Promise<string> => (await slack.users.info({ user })).user?.id ?? "";
  const ids = await Promise.all(users.map(look));
  await slack.close();
  // #endregion
  return ids;
}
