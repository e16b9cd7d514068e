import { createGitLabApi, GitLabApi } from "@sluice/gitlab";
import { startGitLabSimulator } from "@sluice/simulators";
import { Registry } from "prom-client";
import type { Scenario } from "./scenario.js";

const token = "glpat-demo-token";

/** A report over groups and projects that leaves notes: limits of single endpoints below that of the user. */
export const gitlab: Scenario = {
  provider: "gitlab",
  factory: "createGitLabApi",
  windowMs: 60_000,
  kinds: [
    { name: "GET /projects/:id", perWindow: 400 },
    { name: "GET /groups", perWindow: 50 },
    { name: "POST /projects/:id/issues/:issue_iid/notes", perWindow: 60 },
  ],
  start: startGitLabSimulator,
  connect({ how, url, speed, redis }) {
    const host = new URL(url).origin;
    const sdk = { host, token, registry: new Registry() };
    const client =
      how === "plain"
        ? new GitLabApi("acme", sdk)
        : createGitLabApi("acme", {
            ...sdk,
            timeoutMs: 600_000,
            // As much as between real minutes: the machine's own delays do not shrink with them.
            quota: { tier: "gitlab.com", minuteMs: 60_000 / speed, marginMs: 250 },
            redis,
          });
    const calls: Readonly<Record<string, (index: number) => Promise<unknown>>> = {
      "GET /projects/:id": () => client.Projects.show(1),
      "GET /groups": () => client.Groups.all({ maxPages: 1, perPage: 1 }),
      "POST /projects/:id/issues/:issue_iid/notes": (index) => client.IssueNotes.create(1, 1, `note ${index}`),
    };
    return { run: async (kind, index) => calls[kind]?.(index), close: () => client.close() };
  },
};
