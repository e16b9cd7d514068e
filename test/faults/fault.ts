import { appendFileSync } from "node:fs";
import { it } from "vitest";

/** One row of the catalogue of faults. */
export interface Fault {
  /** Its place in the catalogue: group and number, such as `A4`. */
  readonly id: string;
  /** What goes wrong. */
  readonly fault: string;
  /** What must happen, with its bound. */
  readonly expected: string;
  /** Whether it only runs in `npm run faults`: it takes long, or needs the machine for itself. @defaultValue false */
  readonly slow?: boolean;
  /** Longest it may take. Unit: milliseconds. @defaultValue 60000 */
  readonly timeoutMs?: number;
}

/** A line of the table. */
export interface Seen extends Pick<Fault, "id" | "fault" | "expected"> {
  /** The figures, or why there are none. */
  readonly seen: string;
  readonly held: boolean;
}

const all = process.env["SLUICE_FAULTS"] === "all";

/**
 * Provokes a fault for real and asserts what must happen. What comes back is the figure for the table; it is printed too.
 *
 * A row may have several of these, such as one for each policy; they are lines of the table under one id.
 */
export function fault(row: Fault, provoke: () => Promise<string>): void {
  const run = row.slow === true && !all ? it.skip : it;
  run(`${row.id} ${row.fault}: ${row.expected}`, { timeout: row.timeoutMs ?? 60_000 }, async () => {
    try {
      const seen = await provoke();
      console.log(`${row.id} ${row.fault}: ${seen}`);
      note({ ...row, seen, held: true });
    } catch (error) {
      note({
        ...row,
        seen: String(error instanceof Error ? error.message : error).split("\n", 1)[0] ?? "",
        held: false,
      });
      throw error;
    }
  });
}

/** A row that a plain machine cannot provoke; the table says why. @public */
export function notHere(row: Fault, why: string): void {
  it(`${row.id} ${row.fault}: cannot be provoked here`, () =>
    note({ ...row, seen: `not provoked: ${why}`, held: true }));
}

function note({ id, fault: what, expected, seen, held }: Seen): void {
  const file = process.env["SLUICE_FAULTS_FILE"];
  if (file !== undefined) appendFileSync(file, `${JSON.stringify({ id, fault: what, expected, seen, held })}\n`);
}
