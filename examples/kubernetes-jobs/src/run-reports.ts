import { type JobRunner, JobFailedError } from "@sluice/kubernetes";

/** What became of one team's jobs. */
export interface TeamResult {
  readonly team: string;
  readonly complete: number;
  readonly failed: readonly string[];
}

// #region run
/** Runs the nightly reports of every team, all asked for at once; the runner says when each may begin. */
export async function runReports(
  run: JobRunner["run"],
  wanted: Readonly<Record<string, readonly string[]>>,
  onEnd: () => void,
): Promise<readonly TeamResult[]> {
  return Promise.all(
    Object.entries(wanted).map(async ([team, reports]) => {
      const failed: string[] = [];
      await Promise.all(
        reports.map(async (report) => {
          try {
            await run(jobFor(report), { namespace: team });
          } catch (error) {
            if (!(error instanceof JobFailedError)) throw error;
            failed.push(report);
          }
          onEnd();
        }),
      );
      return { team, complete: reports.length - failed.length, failed: failed.toSorted() };
    }),
  );
}
// #endregion

/** A batch/v1 job that runs one report once. */
export function jobFor(report: string) {
  return {
    metadata: { name: report },
    spec: {
      backoffLimit: 0,
      template: {
        spec: { restartPolicy: "Never", containers: [{ name: "report", image: `registry.example/${report}:1` }] },
      },
    },
  };
}
