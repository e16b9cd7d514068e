// The compilers a stranger may have, and what each says of a program that imports our entries.

import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { run } from "./project.mjs";

/** The releases of TypeScript under test: the oldest promised, the last of 5, and those in use. */
export const compilerVersions = ["5.4", "5.9", "6.0", "7.0"];

/** How the compiler looks for files: as Node does, and as bundlers do. */
export const resolutions = [
  { module: "nodenext", moduleResolution: "nodenext" },
  { module: "esnext", moduleResolution: "bundler" },
];

/** What to install, under a name for each release. */
export const compilerPackages = compilerVersions.map((version) => `${alias(version)}@npm:typescript@~${version}.0`);

/** Writes a program that imports each entry as a whole, and so needs every one of its types. */
export function writeProgram(folder, specifiers) {
  const lines = specifiers.flatMap((specifier, index) => [
    `import * as entry${index} from ${JSON.stringify(specifier)};`,
    `export const names${index}: string[] = Object.keys(entry${index});`,
  ]);
  writeFileSync(join(folder, "program.ts"), `${lines.join("\n")}\n`);
}

/** Compiles the program with nothing skipped. Returns the errors, each as its first line. */
export function compile(folder, compilers, version, resolution) {
  const options = {
    strict: true,
    skipLibCheck: false,
    noEmit: true,
    target: "es2022",
    types: ["node"],
    ...resolution,
  };
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions: options, files: ["program.ts"] }));
  const compiler = join(compilers, "node_modules", alias(version));
  const release = JSON.parse(readFileSync(join(compiler, "package.json"), "utf8")).version;
  const program = join(compiler, "lib/tsc.js");
  if (!existsSync(program)) throw new Error(`TypeScript ${release} has no lib/tsc.js`);
  const { status, stdout, stderr } = run(process.execPath, [program, "-p", "tsconfig.json", "--pretty", "false"], {
    cwd: folder,
  });
  const errors = stdout.split("\n").filter((line) => /error TS\d+/.test(line));
  if (status !== 0 && errors.length === 0)
    throw new Error(`TypeScript ${release} ended with ${status}:\n${stdout}${stderr}`);
  return { release, errors };
}

function alias(version) {
  return `typescript-${version.replace(".", "-")}`;
}
