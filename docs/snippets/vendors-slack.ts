// #region errors
import { WebAPIRateLimitedError } from "@slack/web-api";
import { LimitExceededError } from "@sluice/core";
import type { SlackApi } from "@sluice/slack";

/** Posts, and says in words when it cannot. */
export async function post(slack: SlackApi, channel: string, text: string): Promise<string> {
  try {
    await slack.chat.postMessage({ channel, text });
    return "posted";
  } catch (error) {
    // Ours: the wait would outlast timeoutMs, and nothing was sent.
    if (error instanceof LimitExceededError) return `not sent, there is room in ${Math.ceil(error.retryAfterMs)} ms`;
    // The SDK's: Slack refused a request.
    if (error instanceof WebAPIRateLimitedError) return `refused for ${error.retryAfter} s`;
    throw error;
  }
}
// #endregion
