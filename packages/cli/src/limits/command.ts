import { readFile } from "node:fs/promises";
import type { ListedPolicy, Policy, PolicyWindow } from "@sluice/policy";
import { Command, InvalidArgumentError } from "commander";
import { no, wrong } from "../exit-codes.js";
import { printable } from "../output/printable.js";
import { type Cell, facts, paint, table } from "../output/table.js";
import { confirm } from "../shared/confirm.js";
import {
  authorOf,
  collect,
  type ConnectionFlags,
  numberIn,
  withConnection,
  type WhyFlags,
  withWhy,
  withYes,
} from "../shared/options.js";
import { type Colors, print } from "../shared/print.js";
import { readWindow, windowText } from "../shared/window.js";
import { withEngine } from "../shared/with-engine.js";
import type { Terminal } from "../terminal.js";

interface AddFlags extends ConnectionFlags, WhyFlags {
  readonly file?: string;
  readonly scope?: string;
  readonly value?: readonly string[];
  readonly per?: readonly string[];
  readonly window?: readonly PolicyWindow[];
  readonly algorithm?: string;
  readonly strategy?: string;
  readonly mode?: string;
  readonly priority?: number;
}

/** `sluice limits`: the policies that were stored while running. */
export function limitsCommand(terminal: Terminal): Command {
  const limits = new Command("limits").description("Policies: list, show, add, remove.");

  withConnection(limits.command("list").description("List the policies that are stored in Redis.")).action(
    async (flags: ConnectionFlags) => {
      const policies = await withEngine(flags, terminal, (engine) => engine.policies.list());
      print(terminal, flags.json, { policies }, (colors) =>
        policies.length === 0
          ? "No policies are stored; those in the code of the processes hold.\n"
          : table(
              ["name", "scope", "for", "windows", "mode", "priority"],
              policies.map((one) => row(one, colors)),
            ),
      );
    },
  );

  withConnection(limits.command("show <name>").description("Show one policy.")).action(
    async (name: string, flags: ConnectionFlags) => {
      const policy = await withEngine(flags, terminal, (engine) => engine.policies.get(name));
      if (policy === undefined) throw no(`no policy ${name} is stored`);
      print(terminal, flags.json, { policy }, () => details(policy));
    },
  );

  withWhy(withConnection(limits.command("add [name]").description("Add a policy, or replace that of the same name.")))
    .option("--file <path>", "policies from a file, { version: 1, policies: [...] }; - reads what comes in")
    .option("--scope <scope>", "endpoint, user, role, tenant, ip, apiKey or global")
    .option("--value <value>", "for whom, such as 10.0.0.0/8 or POST /login; again for more", collect)
    .option(
      "--per <subject>",
      "whose bucket: user, tenant, ip, apiKey, role, endpoint, caller; again for more",
      collect,
    )
    .option("--window <window>", "such as 100/minute+20, which is 20 more at once; again for more", readWindow)
    .option("--algorithm <algorithm>", "tokenBucket, leakyBucket, slidingWindow, fixedWindow, slidingWindowCounter")
    .option("--strategy <strategy>", "what a refusal becomes: reject, queue, throttle or degrade")
    .option("--mode <mode>", "enforce, shadow or disabled")
    .option("--priority <number>", "among policies of one scope the highest decides, -1000000 to 1000000", readPriority)
    .action(async (name: string | undefined, flags: AddFlags) => {
      const policies = await policiesOf(name, flags, terminal);
      const why = { reason: flags.reason, author: authorOf(flags, terminal) };
      await withEngine(flags, terminal, (engine) => engine.policies.add(policies, why));
      const added = policies.map((policy) => policy.name);
      print(terminal, flags.json, { added }, ({ green }) => `${green("added")} ${printable(added.join(", "))}\n`);
    });

  withYes(withWhy(withConnection(limits.command("remove <name>").description("Take a stored policy out.")))).action(
    async (name: string, flags: ConnectionFlags & WhyFlags & { readonly yes?: boolean }) => {
      const why = { reason: flags.reason, author: authorOf(flags, terminal) };
      const removed = await withEngine(flags, terminal, async (engine) => {
        if ((await engine.policies.get(name)) === undefined) return false;
        await confirm(`Policy ${name} will limit nobody any more`, flags.yes, terminal);
        return engine.policies.remove(name, why);
      });
      if (!removed) throw no(`no policy ${name} is stored`);
      print(terminal, flags.json, { removed: name }, ({ green }) => `${green("removed")} ${printable(name)}\n`);
    },
  );
  return limits;
}

function readPriority(text: string): number {
  const priority = numberIn(text);
  if (priority === undefined || Math.abs(priority) > 1e6)
    throw new InvalidArgumentError(`It must be a number from -1000000 to 1000000, got ${text}.`);
  return priority;
}

async function policiesOf(name: string | undefined, flags: AddFlags, terminal: Terminal): Promise<readonly Policy[]> {
  const { importPolicies } = await import("@sluice/policy");
  const { file, scope, value, per, window, algorithm, strategy, mode, priority } = flags;
  if (file !== undefined) {
    if (name !== undefined || scope !== undefined || window !== undefined)
      throw wrong("either --file, or a name with --scope and --window");
    return importPolicies(file === "-" ? ((await terminal.read?.()) ?? "") : await readFile(file, "utf8"));
  }
  if (name === undefined || scope === undefined || window === undefined)
    throw wrong("a policy needs a name, --scope and --window, or comes from a --file");
  const parts = { values: value, per, algorithm, strategy, mode, priority };
  const given = Object.entries(parts).filter(([, part]) => part !== undefined);
  // Checked by what reads files, which names the field that is wrong.
  const policy: unknown = { name, scope, windows: window, ...Object.fromEntries(given) };
  return importPolicies(JSON.stringify({ version: 1, policies: [policy] }));
}

function row(policy: ListedPolicy, colors: Colors): Cell[] {
  const { name, scope, windows, priority = 0 } = policy;
  const mode = policy.enabled === false ? "disabled" : (policy.mode ?? "enforce");
  const color = mode === "enforce" ? colors.green : mode === "shadow" ? colors.yellow : colors.dim;
  return [name, scope, valuesOf(policy), windows.map(windowText).join(" "), paint(color, mode), priority];
}

function valuesOf({ values }: Policy): string {
  const all = values === undefined ? [] : [values].flat();
  const shown = all.slice(0, 3).join(", ");
  return all.length === 0 ? "all" : all.length > 3 ? `${shown}, ${all.length - 3} more` : shown;
}

function details(policy: ListedPolicy): string {
  const { windows, ...others } = policy;
  const text = (value: unknown): string => (typeof value === "string" ? value : JSON.stringify(value));
  return facts([
    ...Object.entries(others).map(([field, value]) => [field, text(value)] as const),
    ["windows", windows.map(windowText).join(" ")],
  ]);
}
