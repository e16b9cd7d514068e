// All packages in one project: on every Node, with every compiler, first without the optional peers, then with them.

import { join } from "node:path";
import { compile, compilerVersions, resolutions, writeProgram } from "./compilers.mjs";
import { loadEntries } from "./load.mjs";
import { allPeers, entriesWithPeers, peerPackages, runsOutsideTests } from "./peers.mjs";
import { install, makeProject, run } from "./project.mjs";
import { codeEntries } from "./published.mjs";
import { report } from "./report.mjs";

/** Runs the checks and prints a line for each; returns the complaints. */
export function checkTogether({ folder, packed, compilers, nodes, faults, quick }) {
  const complaints = [];
  const tarballs = packed.map(({ manifest, tarball }) => [manifest.name, `file:${tarball}`]);
  const project = makeProject(join(folder, "together"), Object.fromEntries(tarballs));
  const all = packed.flatMap(codeEntries).map(({ specifier }) => specifier);
  const newest = compilerVersions.slice(-1);

  const load = (what, specifiers) => {
    for (const node of nodes) {
      const { node: version, canRequire, failures } = loadEntries(project, node, specifiers);
      const how = canRequire ? "import and require" : "import";
      report(complaints, `Node ${version}, ${what}: ${how} of ${specifiers.length} entries`, failures);
    }
  };
  const compileWith = (what, specifiers, versions) => {
    writeProgram(project, specifiers);
    for (const version of versions)
      for (const resolution of resolutions) {
        const { release, errors } = compile(project, compilers, version, resolution);
        const line = `TypeScript ${release} (${resolution.moduleResolution}), ${what}: ${specifiers.length} entries`;
        report(complaints, line, faults.unknown(errors, version));
      }
  };

  report(complaints, `npm on Node ${process.version}`, unfitEngines(install(project, ["@types/node@20"])));
  const withoutPeers = all.filter((specifier) => !(specifier in entriesWithPeers));
  load("no optional peers", withoutPeers);
  compileWith("no optional peers", withoutPeers, newest);
  for (const node of nodes) checkCommands(project, node, packed, complaints);

  install(project, peerPackages(allPeers(packed), packed));
  load("with the peers", all.filter(runsOutsideTests));
  compileWith("with the peers", all, quick ? newest : compilerVersions);
  return complaints;
}

/** Dependencies that ask for another Node than this one: strangers see npm's warning, and with `engine-strict` nothing is installed. */
function unfitEngines(warnings) {
  const asked = [...warnings.matchAll(/package: '([^']+)',[^]*?required: \{ node: '([^']+)'/g)];
  return [...new Set(asked.map(([, name, node]) => `${name} asks for Node ${node}`))];
}

function checkCommands(project, node, packed, complaints) {
  for (const { manifest } of packed)
    for (const [name, file] of Object.entries(manifest.bin ?? {})) {
      const path = join(project, "node_modules", manifest.name, file);
      const { status, stdout, stderr } = run(node, [path, "--version"], { cwd: project });
      const well = status === 0 && stdout.trim() === manifest.version;
      report(complaints, `${name} --version, by ${node}`, well ? [] : [`ended with ${status}: ${stdout}${stderr}`]);
    }
}
