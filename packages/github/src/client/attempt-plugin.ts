import type { OctokitPlugin } from "@octokit/core/types";
import { attemptStage } from "./attempt-stage.js";
import { type Client, client } from "./client.js";

/** The first plugin of every client: what is hooked in first is innermost, next to authentication. */
export const attemptPlugin: OctokitPlugin = (octokit, options) => {
  const own = (options as { readonly [client]?: Client })[client];
  if (own === undefined) return;
  octokit.hook.wrap(
    "request",
    attemptStage(own, () => octokit.auth({ type: "installation" })),
  );
};
