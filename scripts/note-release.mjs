// Writes the release that `changeset version` has just made into CHANGELOG.md: `npm run version` runs it. A heading that waits for the
// release gets its date and keeps what was written below it by hand; where there is none, the packages' own changelogs say what changed.
//
//   node scripts/note-release.mjs                 of this repository
//   node scripts/note-release.mjs --root folder   of another tree

import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { readText, writeText } from "./generated-files.mjs";
import { publishedPackages } from "./pack-check/published.mjs";

const { values } = parseArgs({ options: { root: { type: "string" } } });
const root = resolve(values.root ?? fileURLToPath(new URL("..", import.meta.url)));
const file = join(root, "CHANGELOG.md");

const packages = publishedPackages(root);
// All packages carry the same version.
const version = packages[0].manifest.version;
const changes = changesOf(packages, version);
const page = readText(file) ?? "# Changelog\n";
const heading = `## ${version} — ${new Date().toISOString().slice(0, 10)}`;

if (page.includes(`\n## ${version} — Unreleased\n`)) {
  if (changes !== undefined) writeText(file, page.replace(`## ${version} — Unreleased`, heading));
} else if (changes !== undefined && !page.includes(`\n## ${version} `)) {
  const at = page.indexOf("\n## ");
  const [before, after] = at === -1 ? [page.trimEnd(), ""] : [page.slice(0, at).trimEnd(), page.slice(at)];
  writeText(file, `${before}\n\n${heading}\n\n${changes}\n${after}`);
}

/** Each change once, and where it is not one of all packages, theirs; undefined when no package knows the version. */
function changesOf(all, wanted) {
  const byText = new Map();
  let known = false;
  for (const { name, folder } of all) {
    const changelog = readText(join(folder, "CHANGELOG.md")) ?? "";
    const section = `\n${changelog}\n## `.split("\n## ").find((part) => part.startsWith(`${wanted}\n`));
    if (section === undefined) continue;
    known = true;
    // First paragraphs only: the packages' own changelogs have the rest.
    for (const [, text] of section.matchAll(/^- (?:[\da-f]{7,40}: )?(?!Updated dependencies)(.+(?:\n {2}\S.*)*)/gm))
      byText.set(text, [...(byText.get(text) ?? []), name]);
  }
  if (!known) return undefined;
  const lines = [...byText].map(([text, names]) =>
    names.length === all.length ? `- ${text}` : `- ${names.join(", ")}: ${text}`,
  );
  return lines.length === 0 ? "Nothing that users notice." : lines.join("\n");
}
