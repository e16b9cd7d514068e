import { encodePart } from "@sluice/limiter";
import { redisControlStore } from "@sluice/limiter-redis";
import { Command } from "commander";
import { no, wrong } from "../exit-codes.js";
import { counted } from "../output/count.js";
import { printable } from "../output/printable.js";
import { confirm } from "../shared/confirm.js";
import {
  authorOf,
  type ConnectionFlags,
  connectionOf,
  withConnection,
  type WhyFlags,
  withWhy,
  withYes,
} from "../shared/options.js";
import { print } from "../shared/print.js";
import { withFleet } from "../shared/with-engine.js";
import type { Terminal } from "../terminal.js";
import { matchBuckets, type Wanted } from "./match.js";

interface ResetFlags extends ConnectionFlags, WhyFlags {
  readonly policy?: string;
  readonly user?: string;
  readonly tenant?: string;
  readonly role?: string;
  readonly ip?: string;
  readonly all?: boolean;
  readonly yes?: boolean;
}

/**
 * `sluice reset`: whoever has used up a policy's limit begins anew. Buckets of providers are left alone: what they count, Sluice cannot
 * reset, and a fuller bucket would only be answered by 429s.
 */
export function resetCommand(terminal: Terminal): Command {
  const command = new Command("reset").description(
    "Make buckets of policies whole again, for one subject, one policy, or all; those of providers stay.",
  );
  return withYes(withWhy(withConnection(command)))
    .option("--policy <policy>", "of this policy")
    .option("--user <user>", "of this user")
    .option("--tenant <tenant>", "of this tenant")
    .option("--role <role>", "of this role")
    .option("--ip <ip>", "of this address")
    .option("--all", "of all policies and subjects under this engine")
    .action((flags: ResetFlags) => reset(flags, terminal));
}

async function reset(flags: ResetFlags, terminal: Terminal): Promise<void> {
  const { policy, user, tenant, role, name } = flags;
  const ip = flags.ip === undefined ? undefined : await canonical(flags.ip);
  const wanted: Wanted = { policy, user, tenant, role, ip };
  const named = Object.entries(wanted).filter(([, value]) => value !== undefined);
  if ((named.length === 0) === (flags.all !== true))
    throw wrong("which buckets? Some of --policy, --user, --tenant, --role and --ip, or --all");
  const subject = flags.all === true ? "all buckets" : named.map(([kind, value]) => `${kind} ${value}`).join(", ");
  await withFleet(flags, terminal, async (fleet) => {
    const scope = `policy:${encodePart(name)}`;
    const { keys, unreadable } = matchBuckets(await fleet.bucketsOf(scope), wanted);
    if (keys.length === 0) throw no(`no bucket of ${subject} is in use${hint(unreadable)}`);
    await confirm(`${counted(keys.length, "bucket")} (${subject}) to begin anew`, flags.yes, terminal);
    await audited(flags, terminal, subject, keys.length);
    const buckets = await fleet.refill(scope, keys);
    print(
      terminal,
      flags.json,
      { reset: subject, buckets, unreadable },
      ({ green }) => `${green("reset")} ${counted(buckets, "bucket")} (${printable(subject)})${hint(unreadable)}\n`,
    );
  });
}

/** Written first: what was done without being noted would be worse than the other way round. */
async function audited(flags: ResetFlags, terminal: Terminal, subject: string, buckets: number): Promise<void> {
  const control = redisControlStore(connectionOf(flags, terminal));
  try {
    const author = authorOf(flags, terminal);
    const entry = { action: "bucket.reset", subject: subject.slice(0, 500), author, reason: flags.reason };
    await control.change(`policy:${flags.name}`, { records: {}, entry: { ...entry, detail: { buckets } } });
  } finally {
    await control.close();
  }
}

async function canonical(ip: string): Promise<string> {
  const { canonicalIp } = await import("@sluice/policy");
  return canonicalIp(ip) ?? ip;
}

function hint(unreadable: number): string {
  return unreadable === 0 ? "" : `; ${unreadable} with names too long to tell were left, which --all would reset`;
}
