/** Something to be timed: `run` is awaited again and again. */
export interface Subject {
  readonly name: string;
  readonly run: () => Promise<unknown>;
}

/** How much is measured. */
export interface Effort {
  /** Turns that count; one more before them warms up. */
  readonly rounds: number;
  /** Runs of each subject in a turn. */
  readonly runsPerRound: number;
}

/**
 * Microseconds per run of each subject, one figure a round. The subjects take turns, and each round begins with another one, so
 * that neither a warm machine nor a busy moment favours one of them.
 */
export async function measureInTurns(subjects: readonly Subject[], effort: Effort): Promise<Map<string, number[]>> {
  const figures = new Map(subjects.map(({ name }): [string, number[]] => [name, []]));
  for (let round = -1; round < effort.rounds; round += 1) {
    for (let turn = 0; turn < subjects.length; turn += 1) {
      const { name, run } = subjects[(Math.max(0, round) + turn) % subjects.length] as Subject;
      const perRunUs = await timeRuns(run, effort.runsPerRound);
      if (round >= 0) figures.get(name)?.push(perRunUs);
    }
  }
  return figures;
}

async function timeRuns(run: () => Promise<unknown>, runs: number): Promise<number> {
  const startedMs = performance.now();
  for (let n = 0; n < runs; n += 1) await run();
  return ((performance.now() - startedMs) / runs) * 1000;
}
