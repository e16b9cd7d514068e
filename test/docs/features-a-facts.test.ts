import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { runProgram, type Terminal } from "@sluice/cli";
import { errorCodes } from "@sluice/core";
import { logEvents, metricCatalogue } from "@sluice/telemetry";
import { beforeAll, describe, expect, it } from "vitest";

const names = [
  ..."rate-limits strategies retry-and-backoff breaker concurrency leases locks bandwidth".split(" "),
  ..."custom-limits metrics tracing-and-logs inspect command-line simulators".split(" "),
];
const pages = new Map(names.map((name) => [name, read(`docs/features/${name}.md`)]));

function read(file: string): string {
  return readFileSync(fileURLToPath(new URL(`../../${file}`, import.meta.url)), "utf8");
}

describe.each(names)("docs/features/%s.md", (name) => {
  const page = pageOf(name);

  it("names metrics that there are, with labels that they have", () => {
    const known = new Map(metricCatalogue.map((metric) => [metric.name, metric.labels]));
    for (const [, metric = "", labels = ""] of page.matchAll(/\b(sluice_[a-z_]+)(?:\{([^}]*)\})?/g)) {
      expect([...known.keys()]).toContain(metric);
      for (const [label] of labels.matchAll(/[a-z]+(?=[=,]|$)/g)) expect(known.get(metric)).toContain(label);
    }
  });

  it("names error codes that there are", () => {
    const [, errors = ""] = /^## Options and errors\n([\s\S]*?)^## Defaults$/m.exec(page) ?? [];
    for (const [, code] of errors.matchAll(/^\| `([A-Z]+_[A-Z_]+)`/gm)) expect(Object.keys(errorCodes)).toContain(code);
  });
});

describe("docs/features/tracing-and-logs.md", () => {
  it("names every event of the log", () => {
    const [, table = ""] =
      /^## Events and metrics\n([\s\S]*?)^## How it works$/m.exec(pageOf("tracing-and-logs")) ?? [];
    const events = [...table.matchAll(/^\| (`[^|]+`) +\|/gm)].flatMap(([, cell = ""]) => cell.match(/[a-z_]+/g) ?? []);
    expect(events.filter((event) => event !== "event").toSorted()).toEqual([...logEvents].toSorted());
  });
});

describe("docs/features/command-line.md", () => {
  const commands = new Map<string, { readonly description: string; readonly options: readonly string[] }>();
  beforeAll(async () => {
    for (const { name, description } of await commandsOf("")) {
      const below = await commandsOf(name);
      for (const own of below.length === 0 ? [{ name: "", description }] : below) {
        const path = `${name} ${own.name}`.trim();
        const options = (await help(path)).match(/--[a-z-]+/g) ?? [];
        commands.set(path, { description: own.description, options });
      }
    }
  });

  it("lists every command with what its help says", () => {
    const listed = [...pageOf("command-line").matchAll(/^\| `sluice ([a-z ]+)` +\| (.+?) +\|$/gm)];
    const rows = listed.map(([, path, text]) => `${path}: ${text}`);
    expect(rows).toEqual([...commands].map(([path, { description }]) => `${path}: ${description.replace(/\.$/, "")}`));
    expect(rows.length).toBeGreaterThan(20);
  });

  it("shows no command and no option that there is not, nor do the pages beside it", () => {
    let shown = 0;
    for (const text of pages.values())
      for (const [, block = ""] of text.matchAll(/^```sh\n([\s\S]*?)^```$/gm))
        for (const [, line = ""] of block.matchAll(/(?:^|@sluice\/cli )sluice (.+)$/gm)) {
          const path = [...commands.keys()].find((one) => `${line} `.startsWith(`${one} `));
          expect(path, line).toBeDefined();
          for (const [option] of line.matchAll(/--[a-z-]+/g))
            expect(commands.get(path ?? "")?.options).toContain(option);
          shown += 1;
        }
    expect(shown).toBeGreaterThan(4);
  });

  it("says which commands have the options that most of them have", () => {
    const without = (option: string): string[] =>
      [...commands].filter(([, { options }]) => !options.includes(option)).map(([path]) => path);
    expect(without("--redis")).toEqual(["simulate", "completion"]);
    expect(without("--prefix")).toEqual(["simulate", "completion"]);
    expect(without("--name")).toEqual(["demo", "simulate", "completion"]);
    expect(without("--timeout")).toEqual(["demo", "simulate", "completion"]);
    expect(without("--json")).toEqual(["completion"]);
  });
});

function pageOf(name: string): string {
  return pages.get(name) ?? "";
}

/** What the program prints for `--help` behind a command. */
async function help(path: string): Promise<string> {
  let printed = "";
  const terminal: Terminal = {
    out: (text) => void (printed += text),
    err: () => {},
    isWatched: false,
    hasColors: false,
    stop: new AbortController().signal,
  };
  expect(await runProgram([...path.split(" ").filter(Boolean), "--help"], terminal)).toBe(0);
  return printed;
}

/** The commands under one, from its help, whose lines may be broken. */
async function commandsOf(path: string): Promise<{ name: string; description: string }[]> {
  const [, lines = ""] = /^Commands:\n((?: {2}.*\n)+)/m.exec(await help(path)) ?? [];
  const found: { name: string; description: string }[] = [];
  for (const line of lines.split("\n")) {
    const [, name, description] = /^ {2}(\S+)(?: [[<]\S+)* {2,}(\S.*)$/.exec(line) ?? [];
    const last = found.at(-1);
    if (name !== undefined && description !== undefined) found.push({ name, description });
    else if (last !== undefined && line.trim() !== "") last.description += ` ${line.trim()}`;
  }
  return found.filter(({ name }) => name !== "help");
}
