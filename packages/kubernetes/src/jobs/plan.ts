import type { V1Job } from "@kubernetes/client-node";
import { ConfigError, type Random } from "@sluice/core";

/** A job that is about to be created, under a name that is known before. */
export interface JobPlan {
  readonly namespace: string;
  readonly name: string;
  /** What its failures are remembered under. */
  readonly key: string;
  readonly body: V1Job;
  /** Whether a job on the cluster is the one of this plan. */
  isOurs(job: V1Job): boolean;
}

/** Carries the run's own mark, by which a job is known again when the answer to its creation was lost. */
const mark = "sluice/run-id";

/**
 * The job with a name and a mark. A `generateName` is filled in here and not by the server: under a name that is known, creating
 * twice does no harm, the second time is told that the job is there.
 *
 * @throws ConfigError when there is no name to go by.
 */
export function planJob(job: V1Job, namespace: string, random: Random): JobPlan {
  const { name: given, generateName, annotations } = job?.metadata ?? {};
  const base = given || generateName;
  if (base === undefined || base === "")
    throw new ConfigError({ option: "job.metadata.name", accepted: "a name, or a generateName", value: base });
  const name = given || `${base}${draw(letters, 5, random)}`;
  const runId = draw(digits, 16, random);
  return {
    namespace,
    name,
    key: `${namespace}/${base}`,
    body: {
      apiVersion: "batch/v1",
      kind: "Job",
      ...job,
      metadata: { ...job.metadata, name, namespace, annotations: { ...annotations, [mark]: runId } },
    },
    isOurs: (found) => found.metadata?.annotations?.[mark] === runId,
  };
}

/** As the server draws them: no vowels, so that no words come out. */
const letters = "bcdfghjklmnpqrstvwxz2456789";
const digits = "0123456789abcdef";

function draw(from: string, length: number, random: Random): string {
  return Array.from({ length }, () => from[Math.floor(random() * from.length)] ?? "").join("");
}
