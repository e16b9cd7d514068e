import type { Override, OverrideDraft, OverrideSubject, PolicyWindow } from "@sluice/policy";
import { Command, InvalidArgumentError } from "commander";
import { no, wrong } from "../exit-codes.js";
import { printable } from "../output/printable.js";
import { type Cell, paint, table } from "../output/table.js";
import { duration, instant, readDuration } from "../output/time.js";
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
import { withEngine, withFleet } from "../shared/with-engine.js";
import type { Terminal } from "../terminal.js";

interface GrantFlags extends ConnectionFlags, WhyFlags {
  readonly user?: string;
  readonly role?: string;
  readonly tenant?: string;
  readonly ip?: string;
  readonly apiKey?: string;
  readonly endpoint?: string;
  readonly policy?: string;
  readonly under?: readonly string[];
  readonly multiply?: number;
  readonly window?: readonly PolicyWindow[];
  readonly unlimited?: true;
  readonly allow?: true;
  readonly emergency?: true;
  readonly for: number;
  readonly yes?: boolean;
}

/** `sluice overrides`: exceptions, each with an end. */
export function overridesCommand(terminal: Terminal): Command {
  const overrides = new Command("overrides").description("Exceptions from policies: list, grant, revoke.");

  withConnection(overrides.command("list").description("List what holds, the first to end first."))
    .option("--expired", "also those that ended a short while ago")
    .action(async (flags: ConnectionFlags & { readonly expired?: boolean }) => {
      const nowMs = await withFleet(flags, terminal, (fleet) => fleet.nowMs());
      const all = await withEngine(flags, terminal, (engine) =>
        engine.overrides.list({ expired: flags.expired === true }),
      );
      print(terminal, flags.json, { overrides: all }, (colors) =>
        all.length === 0
          ? "No overrides hold.\n"
          : table(
              ["id", "for", "what", "under", "ends in", "by", "reason"],
              all.map((one) => row(one, nowMs, colors)),
            ),
      );
    });

  const grant = overrides
    .command("grant")
    .description("Grant one to one subject; it holds everywhere within a second.");
  withYes(withWhy(withConnection(grant)))
    .option("--user <user>", "to a user")
    .option("--role <role>", "to a role")
    .option("--tenant <tenant>", "to a tenant")
    .option("--ip <ip>", "to an address or a network")
    .option("--api-key <key>", "to an API key or its digest; - reads it from what comes in")
    .option("--endpoint <route>", "to a route, such as POST /login")
    .option("--policy <policy>", "to everybody under this policy; * for all policies")
    .option("--under <policy>", "only under this policy; again for more", collect)
    .option("--multiply <factor>", "so many times the limits", readFactor)
    .option(
      "--window <window>",
      "these windows in place of the policy's, such as 500/minute; again for more",
      readWindow,
    )
    .option("--unlimited", "no limit")
    .option("--allow", "no limit, as on an allow-list")
    .option("--emergency", "no limit, before all other overrides")
    .requiredOption("--for <time>", "how long, such as 2h", readDuration)
    .action(async (flags: GrantFlags) => {
      const draft = draftOf(flags, await subjectOf(flags, terminal), authorOf(flags, terminal));
      const [whose] = Object.entries(draft.subject);
      if (draft.kind !== "grant" || draft.unlimited === true)
        await confirm(
          `No limit holds for ${whose?.[0]} ${shown(whose)} for ${duration(flags.for)}`,
          flags.yes,
          terminal,
        );
      // Ends are told on the store's clock.
      const nowMs = await withFleet(flags, terminal, (fleet) => fleet.nowMs());
      const override = await withEngine(flags, terminal, (engine) =>
        engine.overrides.grant({ ...draft, until: nowMs + flags.for }),
      );
      const text = ({ green }: Colors): string =>
        `${green("granted")} ${printable(override.id)} until ${instant(override.untilMs)} UTC\n`;
      print(terminal, flags.json, { override }, text);
    });

  withWhy(withConnection(overrides.command("revoke <id>").description("End one early."))).action(
    async (id: string, flags: ConnectionFlags & WhyFlags) => {
      const why = { reason: flags.reason, author: authorOf(flags, terminal) };
      const revoked = await withEngine(flags, terminal, (engine) => engine.overrides.revoke(id, why));
      if (!revoked) throw no(`there is no override ${id}`);
      print(terminal, flags.json, { revoked: id }, ({ green }) => `${green("revoked")} ${printable(id)}\n`);
    },
  );
  return overrides;
}

async function subjectOf(flags: GrantFlags, terminal: Terminal): Promise<OverrideSubject> {
  const { user, role, tenant, ip, endpoint, policy } = flags;
  const apiKey = flags.apiKey === "-" ? (await terminal.read?.())?.trim() : flags.apiKey;
  const named = Object.entries({ user, role, tenant, ip, apiKey, endpoint, policy }).filter(
    ([, value]) => value !== undefined,
  );
  if (named.length !== 1)
    throw wrong("to whom? Exactly one of --user, --role, --tenant, --ip, --api-key, --endpoint and --policy");
  return Object.fromEntries(named) as OverrideSubject;
}

function draftOf(flags: GrantFlags, subject: OverrideSubject, author: string): Omit<OverrideDraft, "until"> {
  const { under, multiply, window, unlimited, allow, emergency, reason } = flags;
  const means = Object.entries({ multiply, window, unlimited, allow, emergency }).filter(
    ([, value]) => value !== undefined,
  );
  if (means.length !== 1)
    throw wrong("what? Exactly one of --multiply, --window, --unlimited, --allow and --emergency");
  return {
    subject,
    kind: allow === true ? "allow" : emergency === true ? "emergency" : "grant",
    ...(under === undefined ? {} : { policies: under }),
    ...(multiply === undefined ? {} : { multiply }),
    ...(window === undefined ? {} : { windows: window }),
    ...(unlimited === undefined ? {} : { unlimited }),
    reason,
    author,
  };
}

/** How far it may go is for the engine to say, whose ceiling it is. */
function readFactor(text: string): number {
  const factor = numberIn(text);
  if (factor === undefined || !(factor > 0 && Number.isFinite(factor)))
    throw new InvalidArgumentError(`It must be a number above 0, got ${text}.`);
  return factor;
}

/** Keys never show. */
function shown(whose: readonly [string, string] | undefined): string {
  return whose === undefined || whose[0] === "apiKey" ? "that was given" : whose[1];
}

function row(override: Override, nowMs: number, { green, red, dim }: Colors): Cell[] {
  const { id, subject, kind, policies, windows, multiply, untilMs, author, reason } = override;
  const whose = Object.entries(subject).map(([of, value]) => `${of} ${value}`);
  const free = kind !== "grant" || override.unlimited;
  const what = free ? `${kind === "grant" ? "" : `${kind}, `}no limit` : limitText(multiply, windows);
  const left = untilMs > nowMs ? duration(untilMs - nowMs) : paint(dim, "over");
  return [id, whose.join(" "), paint(free ? red : green, what), policies?.join(", ") ?? "all", left, author, reason];
}

function limitText(multiply: number | undefined, windows: Override["windows"]): string {
  return multiply === undefined ? (windows ?? []).map(windowText).join(" ") : `${multiply} times`;
}
