import { createGitHubApi, GitHubApi } from "@sluice/github";
import { startGitHubSimulator } from "@sluice/simulators";
import Table from "cli-table3";
import { audit, type Audited } from "./audit.js";
import { organization } from "./organization.js";

const auth = "ghp_audit";
const style = { head: [], border: [] };
const runs = new Table({ head: ["client", "requests", "refused", "questions unanswered"], style });
let last: readonly Audited[] = [];

// Plain clients are done, or refused, within a minute. The factory's need a second one, so theirs last two seconds.
for (const [how, speed] of [
  ["new GitHubApi", 1],
  ["createGitHubApi", 30],
] as const) {
  await using simulator = await startGitHubSimulator({ ...organization, speed });
  const sdk = { auth, baseUrl: simulator.url, log: { debug() {}, info() {}, warn() {}, error() {} } };
  // On GitHub itself `createGitHubApi("acme")` is all there is to write.
  await using github =
    how === "new GitHubApi"
      ? new GitHubApi("acme", sdk)
      : createGitHubApi("acme", { ...sdk, quota: { tier: "user", minuteMs: 60_000 / speed } });

  let done = 0;
  last = await audit(github, "acme", () => {
    done += 1;
    if (done % 10 === 0) console.error(`${how}: ${done} repositories, ${simulator.ledger.throttled().length} refusals`);
  });
  const unanswered = last.reduce((sum, each) => sum + each.unanswered, 0);
  runs.push([how, simulator.ledger.count(), simulator.ledger.throttled().length, unanswered]);
}
console.log(runs.toString());

const findings = new Table({ head: ["finding", "repositories", "such as"], style });
for (const finding of [...new Set(last.flatMap((each) => each.findings))].toSorted()) {
  const names = last.filter((each) => each.findings.includes(finding)).map(({ name }) => name);
  findings.push([finding, names.length, names.slice(0, 3).join(", ")]);
}
console.log(findings.toString());
