import type { ReplyReader } from "@sluice/core";
import { replyOf, throttleOf } from "../quota/throttle.js";

/** Status and headers of Octokit's results and errors. Whatever refuses for its rate counts as a 429, be it a 403 or a 200. */
export const readGitHubReply: ReplyReader = (value) => {
  const reply = replyOf(value);
  if (reply === undefined) return { status: undefined, headers: undefined };
  return { status: throttleOf(reply, 0) === undefined ? reply.status : 429, headers: reply.headers };
};
