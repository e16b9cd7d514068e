import { createGitLabApi } from "@sluice/gitlab";
import { startGitLabSimulator } from "@sluice/simulators";
import Table from "cli-table3";
import { reportOnGroup } from "./report.js";

// The simulated minutes last two seconds; sixty notes are allowed in each.
const speed = 30;
await using simulator = await startGitLabSimulator({
  speed,
  groups: [
    {
      name: "acme",
      projects: Array.from({ length: 80 }, (_, index) => ({
        name: `service-${index + 1}`,
        issues: (index % 7) + 1,
        mergeRequests: index % 5,
        pipelines: index % 8 === 0 ? 0 : 1,
      })),
    },
  ],
});

// On GitLab itself `createGitLabApi("report-bot")` is all there is to write.
await using gitlab = createGitLabApi("report-bot", {
  token: "glpat-report",
  host: new URL(simulator.url).origin,
  quota: { tier: "gitlab.com", minuteMs: 60_000 / speed },
});

let done = 0;
const reports = await reportOnGroup(gitlab, "acme", () => {
  done += 1;
  if (done % 20 === 0) console.error(`${done} projects`);
});

const style = { head: [], border: [] };
const busiest = new Table({ head: ["busiest projects", "issues", "merge requests", "last pipeline"], style });
const byWork = reports.toSorted((one, other) => workOf(other) - workOf(one) || one.name.localeCompare(other.name));
for (const { name, issues, mergeRequests, lastPipeline } of byWork.slice(0, 5))
  busiest.push([name, issues, mergeRequests, lastPipeline]);
console.log(busiest.toString());
console.log(`${reports.filter(({ lastPipeline }) => lastPipeline === "never ran").length} projects without a pipeline`);

const notes = simulator.ledger.count({ method: "POST /projects/:id/issues/:issue_iid/notes", accepted: true });
const refused = simulator.ledger.throttled().length;
console.log(`${simulator.ledger.count()} requests, ${notes} notes left, ${refused} refused`);

function workOf({ issues, mergeRequests }: (typeof reports)[number]): number {
  return issues + mergeRequests;
}
