// What a tarball must hold, and what has no business in it.

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

const unwanted = [
  [/\.tsbuildinfo$/, "the compiler's notes"],
  [/\.test(-d|-support)?\.(ts|js|d\.ts)(\.map)?$/, "a test"],
  [/(^|\/)__fixtures__\//, "a fixture of tests"],
  [/(^|\/)(node_modules|coverage|\.env[^/]*)(\/|$)/, "a file of this machine"],
];

/** Complaints about the files of one packed package; none when all is well. */
export function checkContents({ folder, files, manifest }) {
  const held = new Set(files);
  return [
    ...["README.md", "LICENSE"].filter((file) => !held.has(file)).map((file) => `${file} is missing`),
    ...files.flatMap((file) => {
      const found = unwanted.find(([pattern]) => pattern.test(file));
      return found ? [`${file} is ${found[1]}`] : [];
    }),
    ...new Set(files.flatMap((file) => leftOver(folder, file))),
    ...files
      .filter((file) => repeatsComments(folder, file))
      .map((file) => `${file} repeats the comments of its source`),
    ...Object.values(manifest.bin ?? {})
      .filter((file) => !held.has(file.replace(/^\.\//, "")))
      .map((file) => `the command ${file} is missing`),
  ];
}

/** A complaint about a compiled file that outlived its source: the compiler removes nothing. */
function leftOver(folder, file) {
  const [, name] = /^dist\/(.+?)(?:\.d\.ts|\.js)(?:\.map)?$/.exec(file) ?? [];
  if (name === undefined || !existsSync(join(folder, "src")) || existsSync(join(folder, "src", `${name}.ts`)))
    return [];
  return [`dist/${name} has no source any more: remove dist and build`];
}

/** Whether JavaScript carries the doc comments that its declarations and its source, in the same tarball, carry already. */
function repeatsComments(folder, file) {
  return /^dist\/.+\.js$/.test(file) && /^\s*\/\*\*/m.test(readFileSync(join(folder, file), "utf8"));
}
