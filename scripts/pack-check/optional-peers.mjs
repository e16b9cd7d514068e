// Optional peers stay optional: the main entry of a package must load where none of them is installed.

import { existsSync, readFileSync } from "node:fs";
import { dirname, relative, resolve } from "node:path";
import { codeEntries } from "./published.mjs";

/** Complaints about files that the main entry loads and that load an optional peer. */
export function checkOptionalPeers(one) {
  const { folder, manifest } = one;
  const optional = Object.entries(manifest.peerDependenciesMeta ?? {})
    .filter(([, meta]) => meta.optional === true)
    .map(([peer]) => peer);
  const main = codeEntries(one).find(({ subpath }) => subpath === ".");
  if (main === undefined || optional.length === 0) return [];
  return loadedFrom(main.code).flatMap(({ file, specifier }) =>
    optional
      .filter((peer) => specifier === peer || specifier.startsWith(`${peer}/`))
      .map((peer) => `${relative(folder, file)} loads the optional peer ${peer} with the main entry`),
  );
}

/** Every bare import that loading a file brings with it, and the file that states it. */
function loadedFrom(entry) {
  const waiting = [entry];
  const seen = new Set(waiting);
  const found = [];
  for (const file of waiting) {
    if (!existsSync(file)) continue;
    for (const [, specifier] of readFileSync(file, "utf8").matchAll(staticImport)) {
      if (!specifier.startsWith(".")) {
        found.push({ file, specifier });
        continue;
      }
      const next = resolve(dirname(file), specifier);
      if (!seen.has(next)) waiting.push(next);
      seen.add(next);
    }
  }
  return found;
}

/** As the compiler prints it, at the start of a line; `import()` waits until it is called and is no static import. */
const staticImport = /^(?:import|export)\s*(?:[\w$*{},\s]+?\bfrom\s*)?["']([^"']+)["']/gm;
