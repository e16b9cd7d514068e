import type { AuditEntry } from "@sluice/limiter";
import { Command } from "commander";
import { Ending, exitCodes } from "../exit-codes.js";
import { printable } from "../output/printable.js";
import { facts, paint, table } from "../output/table.js";
import { instant } from "../output/time.js";
import { type ConnectionFlags, readCount, withConnection } from "../shared/options.js";
import { print, toJson } from "../shared/print.js";
import { withEngine } from "../shared/with-engine.js";
import type { Terminal } from "../terminal.js";

interface TailFlags extends ConnectionFlags {
  readonly count: number;
  readonly after?: string;
  readonly follow?: boolean;
}

/** `sluice audit`: who changed what, and why. */
export function auditCommand(terminal: Terminal): Command {
  const audit = new Command("audit").description("Who changed what, and why: tail, verify.");

  withConnection(audit.command("tail").description("Show the newest entries, oldest first."))
    .option("-n, --count <number>", "at most so many", readCount, 20)
    .option("--after <id>", "the oldest after this entry, in place of the newest of all")
    .option("-f, --follow", "go on with every new one as it is written, until Ctrl+C")
    .action((flags: TailFlags) => tail(flags, terminal));

  withConnection(audit.command("verify").description("Check the chain of digests from its beginning to its end."))
    .option("--noted <digest>", "a digest that was noted elsewhere, and must be in the chain")
    .action(async (flags: ConnectionFlags & { readonly noted?: string }) => {
      const noted = flags.noted === undefined ? {} : { noted: flags.noted };
      const report = await withEngine(flags, terminal, (engine) => engine.audit.verify(noted));
      print(terminal, flags.json, report, ({ green, red }) =>
        report.intact
          ? facts([
              ["audit", paint(green, "intact")],
              ["entries", `${report.entries}, and ${report.trimmed} that are kept no more`],
              ["digest", report.head],
            ])
          : facts([
              ["audit", paint(red, "broken")],
              ["at entry", report.at],
              ["why", report.why],
            ]),
      );
      if (!report.intact) throw new Ending("", exitCodes.no);
    });
  return audit;
}

async function tail(flags: TailFlags, terminal: Terminal): Promise<void> {
  const { count, after, follow, json } = flags;
  const wanted = { count, ...(after === undefined ? {} : { after }) };
  await withEngine(flags, terminal, async (engine) => {
    if (follow !== true) {
      const entries = await engine.audit.tail(wanted);
      print(terminal, json, { entries }, () =>
        entries.length === 0
          ? "Nothing was changed yet.\n"
          : table(["id", "when (UTC)", "action", "subject", "by", "reason"], entries.map(row)),
      );
      return;
    }
    try {
      // Lines of text have no end to be drawn under: each is printed as it comes.
      for await (const entry of engine.audit.tail({ ...wanted, follow: true, signal: terminal.stop }))
        terminal.out(json === true ? toJson(entry) : `${row(entry).map(printable).join("  ")}\n`);
    } catch (error) {
      if (!terminal.stop.aborted) throw error;
    }
  });
}

function row({ id, atMs, action, subject, author, reason = "" }: AuditEntry): string[] {
  return [id, instant(atMs), action, subject, author, reason];
}
