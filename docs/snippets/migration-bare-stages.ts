import { createGitHubApi, GitHubApi, type GitHubFactoryOptions } from "@sluice/github";

/** The stages of a roll-out, each of which a process may be in while others are in another. */
export function stages(auth: string, options: GitHubFactoryOptions & { plugins?: undefined }): readonly GitHubApi[] {
  // #region stages
  // 1. Metrics and hooks alone: nothing waits, nothing is shared.
  const measured = new GitHubApi("acme", { auth });

  // 2. Shadow: limits are counted in Redis and nothing is held up; repetitions and the time limit are ours from here on.
  const watched = createGitHubApi("acme", { auth, mode: "shadow", ...options });

  // 3. Enforced, with a part of the quota: the rest is for whatever has not moved yet.
  const share = { resources: { core: 2500, graphql: 2500 }, concurrent: 50 };
  const shared = createGitHubApi("acme", { auth, quota: share, ...options });

  // 4. Enforced, with all that is published.
  const whole = createGitHubApi("acme", { auth, ...options });

  // And back, while it runs, without a new deployment of anything else.
  whole.mode = "shadow";
  whole.mode = "enforce";
  // #endregion
  return [measured, watched, shared, whole];
}
