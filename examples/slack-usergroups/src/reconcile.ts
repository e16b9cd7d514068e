import { readFile } from "node:fs/promises";
import { apply } from "./apply.js";
import type { Connection } from "./connect.js";
import { type DesiredGroup, DesiredStateError, parseDesiredState } from "./desired-state.js";
import { resolveMembers } from "./members.js";
import { makePlan } from "./plan.js";
import { createReport } from "./report.js";
import { readGroups, readPeople } from "./workspace.js";

/** What to do. */
export interface ReconcileOptions {
  /** Path of the YAML file. */
  readonly file: string;
  /** Show the plan and change nothing. */
  readonly dryRun: boolean;
  /** Disable groups that are not in the file. */
  readonly prune: boolean;
  /** Print one JSON document in place of tables. */
  readonly json: boolean;
}

/** Where texts go. */
export interface Output {
  /** The result: plan, outcome, JSON. */
  print(text: string): void;
  /** Progress and problems. */
  note(text: string): void;
}

/**
 * Makes the workspace as the file says: reads both, prints the plan, takes its actions, prints the result.
 *
 * @returns the exit code: 0 when the workspace is, or would be, as the file says; else 1
 */
export async function reconcile(
  options: ReconcileOptions,
  connect: () => Promise<Connection>,
  output: Output,
): Promise<number> {
  try {
    const desired = parseDesiredState(await readFile(options.file, "utf8"), options.file);
    const connection = await connect();
    try {
      return await change(options, desired, connection, output);
    } finally {
      await connection.close();
    }
  } catch (error) {
    if (error instanceof DesiredStateError) return refuse(error.problems, options, output);
    output.note(error instanceof Error ? error.message : String(error));
    return 1;
  }
}

async function change(
  { dryRun, prune, json }: ReconcileOptions,
  desired: readonly DesiredGroup[],
  { slack, where }: Connection,
  output: Output,
): Promise<number> {
  output.note(`Reading ${where}`);
  const groups = await readGroups(slack);
  const people = await readPeople(slack);
  const { wanted, problems: unknown } = resolveMembers(desired, people);
  const { actions, problems } = makePlan(groups, wanted, { prune });
  if (unknown.length + problems.length > 0) return refuse([...unknown, ...problems], { json }, output);

  const report = createReport(people);
  if (!json) output.print(report.plan(actions));
  const results = dryRun
    ? []
    : await apply(slack, actions, (action, number) =>
        output.note(`[${number}/${actions.length}] ${report.line(action)}`),
      );
  if (json) {
    const outcome = results.map(({ action, ...rest }) => ({ ...report.json(action), ...rest }));
    output.print(
      JSON.stringify({ problems: [], plan: actions.map(report.json), result: dryRun ? null : outcome }, null, 2),
    );
  } else if (results.length > 0) output.print(report.result(results));
  return results.every(({ status }) => status === "done") ? 0 : 1;
}

function refuse(problems: readonly string[], { json }: Pick<ReconcileOptions, "json">, output: Output): number {
  for (const problem of problems) output.note(problem);
  output.note("Nothing was changed.");
  if (json) output.print(JSON.stringify({ problems, plan: null, result: null }, null, 2));
  return 1;
}
