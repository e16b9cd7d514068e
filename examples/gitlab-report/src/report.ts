import type { GitLabApi } from "@sluice/gitlab";

/** One project of the group. */
export interface ProjectReport {
  readonly name: string;
  readonly issues: number;
  readonly mergeRequests: number;
  readonly lastPipeline: string;
}

// #region report
/** Reports on every project of a group, and leaves each its own line as a note on its first issue. All of it at once. */
export async function reportOnGroup(
  gitlab: GitLabApi,
  group: string,
  onDone: () => void,
): Promise<readonly ProjectReport[]> {
  const projects = await gitlab.Groups.allProjects(group, { perPage: 40 });
  return Promise.all(
    projects.map(async ({ id, name }) => {
      const [issues, mergeRequests, pipelines] = await Promise.all([
        gitlab.Issues.all({ projectId: id, state: "opened" }),
        gitlab.MergeRequests.all({ projectId: id, state: "opened" }),
        gitlab.Pipelines.all(id, { maxPages: 1, perPage: 1 }),
      ]);
      const report: ProjectReport = {
        name,
        issues: issues.length,
        mergeRequests: mergeRequests.length,
        lastPipeline: pipelines[0]?.status ?? "never ran",
      };
      await gitlab.IssueNotes.create(id, 1, lineOf(report));
      onDone();
      return report;
    }),
  );
}
// #endregion

function lineOf({ issues, mergeRequests, lastPipeline }: ProjectReport): string {
  return `This week: ${issues} issues and ${mergeRequests} merge requests open, last pipeline: ${lastPipeline}`;
}
