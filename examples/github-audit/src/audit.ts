import type { GitHubApi } from "@sluice/github";

/** A repository, and what is wrong with it. */
export interface Audited {
  readonly name: string;
  readonly findings: readonly string[];
  /** Questions that GitHub did not answer. */
  readonly unanswered: number;
}

/** A rule says whether a repository breaks it. */
type Rule = (github: GitHubApi, owner: string, repo: string) => Promise<boolean>;

// #region audit
const rules: Readonly<Record<string, Rule>> = {
  "no code owners": (github, owner, repo) => lacks(github, owner, repo, ".github/CODEOWNERS"),
  "no licence": (github, owner, repo) => lacks(github, owner, repo, "LICENSE"),
  "more than 5 issues open": async (github, owner, repo) => {
    const q = `repo:${owner}/${repo} is:issue is:open`;
    const { data } = await github.rest.search.issuesAndPullRequests({ q, per_page: 1 });
    return data.total_count > 5;
  },
};

/** Puts every rule to every repository of the organisation, all at once: how fast that may go is the client's business. */
export async function audit(github: GitHubApi, org: string, onDone: () => void): Promise<readonly Audited[]> {
  const repositories = await github.paginate(github.rest.repos.listForOrg, { org, per_page: 20 });
  return Promise.all(
    repositories.map(async ({ name }) => {
      const broken = await Promise.all(
        Object.values(rules).map((rule) => rule(github, org, name).catch(() => undefined)),
      );
      onDone();
      return {
        name,
        findings: Object.keys(rules).filter((_, index) => broken[index] === true),
        unanswered: broken.filter((answer) => answer === undefined).length,
      };
    }),
  );
}
// #endregion

/** Whether a file is not there. Anything but "not found" is no answer. */
async function lacks(github: GitHubApi, owner: string, repo: string, path: string): Promise<boolean> {
  try {
    await github.rest.repos.getContent({ owner, repo, path });
    return false;
  } catch (error) {
    if ((error as { readonly status?: unknown }).status === 404) return true;
    throw error;
  }
}
