import type { KubernetesSimulatorConfig } from "../options.js";
import type { KubernetesJobRun, KubernetesStoredObject } from "./model.js";

/** Moves jobs on by the clock: what a job has come to follows from its age alone. */
export interface JobClock {
  started(job: KubernetesStoredObject): void;
  deleted(job: KubernetesStoredObject): void;
  /** The job with what it has come to. */
  withStatus(job: KubernetesStoredObject): KubernetesStoredObject;
  active(namespace: string | undefined): number;
  most(namespace: string | undefined): number;
}

type Parts = Pick<
  KubernetesSimulatorConfig,
  "limitClock" | "wallClock" | "speed" | "jobStartMs" | "jobDurationMs" | "jobFails"
>;

export function createJobClock(config: Parts): JobClock {
  const { limitClock, wallClock, speed, jobStartMs, jobDurationMs, jobFails } = config;
  const runs: KubernetesJobRun[] = [];
  const byUid = new Map<string, KubernetesJobRun>();
  const dateOf = (limitMs: number): string =>
    new Date(wallClock.nowMs() + (limitMs - limitClock.nowMs()) / speed).toISOString().replace(/\.\d+Z$/, "Z");
  const of = (namespace: string | undefined): readonly KubernetesJobRun[] =>
    runs.filter((run) => namespace === undefined || run.namespace === namespace);

  return {
    started({ metadata: { uid, name, namespace = "" } }) {
      const fromMs = limitClock.nowMs();
      const run = { namespace, name, fromMs, untilMs: fromMs + jobStartMs + jobDurationMs };
      runs.push(run);
      byUid.set(uid, run);
    },
    deleted({ metadata: { uid } }) {
      const run = byUid.get(uid);
      if (run !== undefined) run.untilMs = Math.min(run.untilMs, limitClock.nowMs());
    },
    withStatus(job) {
      const { uid, name, namespace = "" } = job.metadata;
      const run = byUid.get(uid);
      if (run === undefined) return job;
      const nowMs = limitClock.nowMs();
      const startedMs = run.fromMs + jobStartMs;
      if (nowMs < startedMs) return { ...job, status: {} };
      const startTime = dateOf(startedMs);
      if (nowMs < run.untilMs) return { ...job, status: { startTime, active: 1, ready: 1 } };
      const at = dateOf(run.untilMs);
      const fails = jobFails(name, namespace);
      const condition = {
        type: fails ? "Failed" : "Complete",
        status: "True",
        lastProbeTime: at,
        lastTransitionTime: at,
        ...(fails && { reason: "BackoffLimitExceeded", message: "Job has reached the specified backoff limit" }),
      };
      const ended = fails ? { failed: 1 } : { succeeded: 1, completionTime: at };
      return { ...job, status: { startTime, ...ended, conditions: [condition] } };
    },
    active(namespace) {
      const nowMs = limitClock.nowMs();
      return of(namespace).filter(({ fromMs, untilMs }) => fromMs <= nowMs && nowMs < untilMs).length;
    },
    most(namespace) {
      // At the same moment who leaves goes before who comes: a run holds its start and not its end.
      const steps = of(namespace)
        .filter(({ fromMs, untilMs }) => untilMs > fromMs)
        .flatMap(({ fromMs, untilMs }) => [[fromMs, 1] as const, [untilMs, -1] as const])
        .toSorted(([one, by], [other, otherBy]) => one - other || by - otherBy);
      let now = 0;
      let most = 0;
      for (const [, by] of steps) {
        now += by;
        most = Math.max(most, now);
      }
      return most;
    },
  };
}
