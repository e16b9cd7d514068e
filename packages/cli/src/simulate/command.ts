import { Argument, Command } from "commander";
import type { Terminal } from "../terminal.js";
import { simulatedProviders } from "./providers.js";
import { readLatency, readPort, readShare, readSpeed, type SimulateSettings } from "./settings.js";
import { simulate } from "./simulate.js";

interface Flags {
  readonly port: number;
  readonly speed: number;
  readonly enforce: boolean;
  readonly latency: SimulateSettings["latencyMs"];
  readonly stranger?: number;
  readonly json?: boolean;
}

/** `sluice simulate <provider>` */
export function simulateCommand(terminal: Terminal): Command {
  const names = Object.keys(simulatedProviders);
  const command = new Command("simulate")
    .description("Run a local server that behaves like a provider and enforces its published limits, until Ctrl+C.")
    .addArgument(new Argument("<provider>", "what to simulate").choices(names))
    .option("--port <number>", "where to listen; 0 finds a free port", readPort, 0)
    .option("--speed <factor>", "how many times faster than real time the limits run", readSpeed, 1)
    .option("--no-enforce", "count, and refuse nothing")
    .option(
      "--latency <ms>",
      "hold each answer back, by a time or one drawn from a range such as 20-80",
      readLatency,
      0,
    )
    .option(
      "--stranger <share>",
      "an unseen client that uses this part of each limit, above 0 and at most 1",
      readShare,
    )
    .option("--json", "print lines of JSON: one when it is ready, one when it has ended")
    .helpOption("-h, --help", "print this help")
    .showHelpAfterError(`Providers: ${names.join(", ")}. More: sluice simulate --help`);
  return command.action(async (name: string, { latency, json = false, port, speed, enforce, stranger }: Flags) => {
    const provider = simulatedProviders[name];
    if (provider === undefined) throw new RangeError(`provider must be one of ${names.join(", ")}, got ${name}`);
    if (provider.hasLimits === false && (stranger !== undefined || !enforce)) {
      command.error(`error: ${provider.title} publishes no limits: --stranger and --no-enforce mean nothing there`);
    }
    const settings = { port, speed, enforce, latencyMs: latency, stranger };
    await simulate({ name, provider, settings, json }, terminal);
  });
}
