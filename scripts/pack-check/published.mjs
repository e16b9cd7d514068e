// The packages that are published, what they export, and their tarballs.

import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** Every package of packages/ that is not private: its folder's name, its path and its package.json. */
export function publishedPackages(root) {
  return readdirSync(join(root, "packages"))
    .toSorted()
    .filter((name) => existsSync(join(root, "packages", name, "package.json")))
    .map((name) => {
      const folder = join(root, "packages", name);
      return { name, folder, manifest: JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) };
    })
    .filter(({ manifest }) => manifest.private !== true);
}

/** The entries that carry code: each subpath, the name one imports it by, and the files behind it. */
export function codeEntries({ folder, manifest }) {
  return Object.entries(manifest.exports ?? {})
    .filter(([, target]) => typeof target === "object")
    .map(([subpath, target]) => ({
      subpath,
      specifier: manifest.name + subpath.slice(1),
      types: join(folder, target.types),
      code: join(folder, target.default),
    }));
}

/** Packs each package into a folder as `npm publish` would. Needs the packages built. */
export function packAll(packages, folder) {
  const paths = packages.map((one) => one.folder);
  const output = execFileSync("npm", ["pack", "--json", "--ignore-scripts", "--pack-destination", folder, ...paths], {
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
    stdio: ["ignore", "pipe", "inherit"],
  });
  const packed = new Map(JSON.parse(output).map((one) => [one.name, one]));
  return packages.map((one) => {
    const { filename, size, unpackedSize, files } = packed.get(one.manifest.name);
    return {
      ...one,
      tarball: join(folder, filename),
      packedBytes: size,
      unpackedBytes: unpackedSize,
      files: files.map(({ path }) => path),
    };
  });
}
