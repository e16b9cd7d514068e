import { createGitHubApi, GitHubApi } from "@sluice/github";
import { startGitHubSimulator } from "@sluice/simulators";
import { Registry } from "prom-client";
import type { Scenario } from "./scenario.js";

const auth = "ghp_demotoken";
const [owner, repo] = ["acme", "repo1"];

/** An audit that reads much, searches a little and opens issues: 900 points a minute, 30 searches, 80 issues. */
export const github: Scenario = {
  provider: "github",
  factory: "createGitHubApi",
  windowMs: 60_000,
  kinds: [
    { name: "GET /repos/{owner}/{repo}", perWindow: 400 },
    { name: "GET /search/issues", perWindow: 30 },
    { name: "POST /repos/{owner}/{repo}/issues", perWindow: 80 },
  ],
  start: startGitHubSimulator,
  connect({ how, url, speed, redis }) {
    const sdk = { auth, baseUrl: url, registry: new Registry(), log: quiet };
    const client =
      how === "plain"
        ? new GitHubApi("acme", sdk)
        : createGitHubApi("acme", {
            ...sdk,
            timeoutMs: 600_000,
            // The machine's own delays do not shrink with the minutes, and grow with what is in flight.
            quota: { tier: "user", minuteMs: 60_000 / speed, marginMs: 1000, concurrent: 20 },
            redis,
          });
    const calls: Readonly<Record<string, (index: number) => Promise<unknown>>> = {
      "GET /repos/{owner}/{repo}": () => client.rest.repos.get({ owner, repo }),
      "GET /search/issues": () => client.rest.search.issuesAndPullRequests({ q: "broken", per_page: 1 }),
      "POST /repos/{owner}/{repo}/issues": (index) =>
        client.rest.issues.create({ owner, repo, title: `issue ${index}` }),
    };
    return { run: async (kind, index) => calls[kind]?.(index), close: () => client.close() };
  },
};

/** The SDK warns of every refusal; here the table does. */
const quiet = { debug() {}, info() {}, warn() {}, error() {} };
