// Each package in a project of its own, with nothing but what it depends on: what another package happened to bring is not there.
// Entries for an optional peer get a project each, with that peer and no other.

import { join } from "node:path";
import { compile, compilerVersions, resolutions, writeProgram } from "./compilers.mjs";
import { loadEntries } from "./load.mjs";
import { entriesWithPeers, peerPackages, runsOutsideTests } from "./peers.mjs";
import { install, makeProject } from "./project.mjs";
import { codeEntries } from "./published.mjs";
import { report } from "./report.mjs";

/** Runs the checks with the newest compiler and prints a line for each project; returns the complaints. */
export function checkAlone({ folder, packed, compilers, nodes, faults }) {
  const complaints = [];
  const version = compilerVersions.at(-1);
  for (const [index, { one, specifiers, peers }] of packed.flatMap(projectsOf).entries()) {
    const tarballs = needed(one, packed).map(({ manifest, tarball }) => [manifest.name, `file:${tarball}`]);
    const project = makeProject(join(folder, "alone", String(index)), Object.fromEntries(tarballs));
    install(project, ["@types/node@20", ...peerPackages(peers, packed)]);

    const { failures } = loadEntries(project, nodes[0], specifiers.filter(runsOutsideTests));
    writeProgram(project, specifiers);
    const { release, errors } = compile(project, compilers, version, resolutions[0]);
    const line = `alone, TypeScript ${release}: ${specifiers.join(", ")}`;
    report(complaints, line, [...failures, ...faults.unknown(errors, version)]);
  }
  return complaints;
}

function projectsOf(one) {
  const all = codeEntries(one).map(({ specifier }) => specifier);
  const plain = all.filter((specifier) => !(specifier in entriesWithPeers));
  const withPeer = all.filter((specifier) => specifier in entriesWithPeers);
  return [
    { one, specifiers: plain, peers: [] },
    ...withPeer.map((specifier) => ({ one, specifiers: [specifier], peers: entriesWithPeers[specifier] })),
  ];
}

/** A package and those of ours it depends on, however far. */
function needed(one, packed) {
  const found = new Set([one]);
  for (const { manifest } of found)
    for (const other of packed) if (other.manifest.name in (manifest.dependencies ?? {})) found.add(other);
  return [...found];
}
