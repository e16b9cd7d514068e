// Fills the code blocks of README.md, docs/**/*.md and the READMEs of packages and examples from files that are compiled and run.
//
//   <!-- snippet: examples/quickstart/src/main.ts#create -->
//   (a fenced code block, whose content is replaced)
//
// The region runs from `// #region create` to the next `// #endregion` and is moved to the left margin; without #name the whole file is taken.
//
//   node scripts/generate-docs.mjs           rewrites the blocks
//   node scripts/generate-docs.mjs --check   fails when a block is not what would be written

import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { readText, runGenerator, SourceError, writeText } from "./generated-files.mjs";

const marker = /^\s*<!--\s*snippet:\s*([^\s#]+)(?:#(\S+))?\s*-->\s*$/;
const fence = /^\s*(`{3,}|~{3,})/;
const regionStart = /^\s*(?:\/\/|#|--)\s*#region\b\s*(\S*)/;
const regionEnd = /^\s*(?:\/\/|#|--)\s*#endregion\b/;

runGenerator(({ root, check }) => {
  const complaints = [];
  for (const page of pages(root)) {
    const text = readText(join(root, page));
    const { filled, stale } = fill(root, page, text);
    if (stale.length === 0) continue;
    if (check) complaints.push(...stale);
    else {
      writeText(join(root, page), filled);
      console.log(page);
    }
  }
  return complaints;
});

function pages(root) {
  const docs = existsSync(join(root, "docs")) ? readdirSync(join(root, "docs"), { recursive: true }) : [];
  const found = docs.filter((file) => file.endsWith(".md")).map((file) => join("docs", file));
  const folders = ["packages", "examples"].filter((folder) => existsSync(join(root, folder)));
  const readmes = folders.flatMap((folder) =>
    readdirSync(join(root, folder)).map((name) => join(folder, name, "README.md")),
  );
  return ["README.md", ...readmes.toSorted(), ...found.toSorted()].filter((file) => existsSync(join(root, file)));
}

/** A page with its blocks filled, and one line of complaint for each block that was not. */
function fill(root, page, text) {
  const lines = text.split("\n");
  const filled = [];
  const stale = [];
  let at = 0;
  while (at < lines.length) {
    const [, file, region] = marker.exec(lines[at]) ?? [];
    const place = `${page}:${at + 1}`;
    if (file) {
      do filled.push(lines[at++]);
      while (lines[at]?.trim() === "");
    }
    const end = closingFence(lines, at);
    if (end === undefined) {
      if (file) throw new SourceError(`${place}: a snippet's marker must stand before a fenced code block`);
      filled.push(lines[at++]);
      continue;
    }
    const content = lines.slice(at + 1, end);
    const wanted = file ? snippet(root, place, file, region) : content;
    if (wanted.join("\n") !== content.join("\n")) {
      const source = region ? `${file}#${region}` : file;
      stale.push(`${place}: the snippet is not what ${source} holds now: run \`npm run generate\``);
    }
    filled.push(lines[at], ...wanted, lines[end]);
    at = end + 1;
  }
  return { filled: filled.join("\n"), stale };
}

/** The line that closes the fence opened at a line, the last line if none does, or undefined where no fence opens. */
function closingFence(lines, at) {
  const opening = fence.exec(lines[at] ?? "")?.[1];
  if (!opening) return undefined;
  for (let line = at + 1; line < lines.length; line++) {
    const closing = lines[line].trim();
    if (closing.startsWith(opening) && closing === opening[0].repeat(closing.length)) return line;
  }
  return lines.length - 1;
}

function snippet(root, place, file, region) {
  const text = readText(join(root, file));
  if (text === undefined) throw new SourceError(`${place}: there is no ${file}`);
  const lines = region ? regionOf(text.split("\n"), region) : text.split("\n");
  if (!lines) throw new SourceError(`${place}: ${file} has no complete region "${region}"`);
  return dedent(trimBlank(lines.filter((line) => !regionStart.test(line) && !regionEnd.test(line))));
}

/** The lines of a region; regions may lie in one another. Undefined when it is missing or never ends. */
function regionOf(lines, name) {
  const start = lines.findIndex((line) => regionStart.exec(line)?.[1] === name);
  if (start < 0) return undefined;
  let depth = 1;
  for (let line = start + 1; line < lines.length; line++) {
    if (regionStart.test(lines[line])) depth += 1;
    if (regionEnd.test(lines[line])) depth -= 1;
    if (depth === 0) return lines.slice(start + 1, line);
  }
  return undefined;
}

function isText(line) {
  return line.trim() !== "";
}

function trimBlank(lines) {
  return lines.slice(Math.max(lines.findIndex(isText), 0), lines.findLastIndex(isText) + 1);
}

function dedent(lines) {
  const margins = lines.filter(isText).map((line) => /^\s*/.exec(line)[0].length);
  const margin = Math.min(...margins);
  return lines.map((line) => line.slice(margin).trimEnd());
}
