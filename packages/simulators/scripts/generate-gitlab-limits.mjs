// Turns data/gitlab.json into src/gitlab/generated/published-limits.ts.
// Run: node packages/simulators/scripts/generate-gitlab-limits.mjs [--check]
import { readFileSync } from "node:fs";
import { emit, renderFigures, renderHead } from "./published-figures.mjs";

const script = "generate-gitlab-limits.mjs";
const data = JSON.parse(readFileSync(new URL("../data/gitlab.json", import.meta.url), "utf8"));
const output = new URL("../src/gitlab/generated/published-limits.ts", import.meta.url);

const generated = [
  ...renderHead("gitlab.json", script, data),
  ...renderFigures("gitlabComLimits", "The limits of GitLab.com.", data.gitlabCom),
  ...renderFigures(
    "gitlabSelfManagedLimits",
    "The limits of a self-managed instance by default.",
    data.selfManagedDefaults,
  ),
  "/** Limits of a self-managed instance that are off until its administrator switches them on. */",
  "export const gitlabSelfManagedOff: readonly string[] = [",
  ...Object.entries(data.selfManagedDefaults)
    .filter(([, entry]) => entry.enabledByDefault === false || entry.value === 0)
    .map(([key]) => `  ${JSON.stringify(key)},`),
  "];",
  "",
].join("\n");
emit(output, script, generated);
