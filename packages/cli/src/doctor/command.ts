import { diagnoseRedis, parseRedisUrl, redisFleet, type RedisFinding, redisRights } from "@sluice/limiter-redis";
import { Command } from "commander";
import { Ending, exitCodes } from "../exit-codes.js";
import { counted } from "../output/count.js";
import { printable } from "../output/printable.js";
import { type Connection, type ConnectionFlags, connectionOf, placeIn, withConnection } from "../shared/options.js";
import { type Colors, print } from "../shared/print.js";
import type { Terminal } from "../terminal.js";
import { ownVersion } from "../version.js";

type Finding = Omit<RedisFinding, "check"> & { readonly check: string };

const OLDEST_NODE = 20;
/** Problems with which nothing can be asked. */
const notUsable: ReadonlySet<RedisFinding["check"]> = new Set(["connection", "database"]);

/** `sluice doctor`: what is wrong, and what to do about it. */
export function doctorCommand(terminal: Terminal): Command {
  const command = new Command("doctor").description("Look for what is wrong with Redis, and say what to do about it.");
  return withConnection(command)
    .option("--rights", "print the rules for ACL SETUSER that a service needs, and end")
    .action(async (flags: ConnectionFlags & { readonly rights?: boolean }) => {
      if (flags.rights === true) return printRights(flags, terminal);
      const connection = connectionOf(flags, terminal);
      const redis = placeIn(connection);
      const ofRedis = await diagnoseRedis(connection);
      const usable = !ofRedis.some(({ check, state }) => state === "problem" && notUsable.has(check));
      const findings: readonly Finding[] = [
        nodeFinding(),
        ...ofRedis,
        ...(usable ? await fleetFindings(connection) : []),
      ];
      print(terminal, flags.json, { redis, findings }, (colors) => textOf(findings, colors));
      if (findings.some(({ state }) => state === "problem")) throw new Ending("", exitCodes.no);
    });
}

function printRights({ prefix, json, redis }: ConnectionFlags, terminal: Terminal): void {
  const url = redis ?? terminal.env?.["REDIS_URL"];
  // Without a URL it is database 0, which nobody has to select.
  const database = url === undefined || url === "" ? 0 : parseRedisUrl(url).db;
  const rights = redisRights({ prefix, database, control: true });
  const watching = redisRights({ prefix, database, control: true, fleet: true });
  print(terminal, json, { service: rights, operator: watching }, () =>
    [
      "a service:",
      `  ACL SETUSER <user> on ><password> ${rights.join(" ")}`,
      "whoever uses this command line, beyond that:",
      `  ${watching.filter((right) => !rights.includes(right)).join(" ")}`,
      "",
    ].join("\n"),
  );
}

function nodeFinding(): Finding {
  const { node } = process.versions;
  const found = `sluice ${ownVersion()} on Node.js ${node}`;
  const fine = Number.parseInt(node, 10) >= OLDEST_NODE;
  return {
    check: "program",
    state: fine ? "ok" : "problem",
    found,
    advice: fine ? undefined : `Use Node.js ${OLDEST_NODE} or later`,
  };
}

/** Whether the fleet can be watched by this user, and who is there. */
async function fleetFindings(connection: Connection): Promise<readonly Finding[]> {
  const fleet = redisFleet(connection);
  try {
    const { processes, scanned } = await fleet.look({ steps: 20 });
    const found = `${counted(processes.length, "process", "processes")} alive, ${counted(scanned.buckets, "bucket")} in use`;
    return [{ check: "fleet", state: "ok", found, advice: undefined }];
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    if (!reason.includes("NOPERM")) return [];
    return [
      {
        check: "fleet",
        state: "warning",
        found: "this user may not scan",
        advice: "sluice top, metrics and reset need +scan; services do not",
      },
    ];
  } finally {
    await fleet.close();
  }
}

const marks = { ok: "ok", warning: "warning", problem: "problem" } as const;

function textOf(findings: readonly Finding[], { green, yellow, red, dim }: Colors): string {
  const colors = { ok: green, warning: yellow, problem: red };
  const width = Math.max(...findings.map(({ check }) => check.length));
  const lines = findings.map(({ check, state, found, advice }) => {
    const mark = colors[state](marks[state].padEnd(7));
    const line = `${mark}  ${check.padEnd(width)}  ${printable(found)}\n`;
    return advice === undefined ? line : `${line}${" ".repeat(width + 11)}${dim("→")} ${printable(advice)}\n`;
  });
  const count = (state: Finding["state"]): number => findings.filter((one) => one.state === state).length;
  return `${lines.join("")}\n${counted(count("problem"), "problem")}, ${counted(count("warning"), "warning")}\n`;
}
