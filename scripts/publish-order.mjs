// Prints the folders of the published packages, one a line, each after all that it needs: who publishes them in this order leaves nothing at
// the registry that cannot be installed, wherever it ends.
//
//   node scripts/publish-order.mjs                 of this repository
//   node scripts/publish-order.mjs --root folder   of another tree

import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { publishedPackages } from "./pack-check/published.mjs";

const { values } = parseArgs({ options: { root: { type: "string" } } });
const root = resolve(values.root ?? fileURLToPath(new URL("..", import.meta.url)));

for (const { name } of inOrder(publishedPackages(root))) console.log(`packages/${name}`);

function inOrder(packages) {
  const byName = new Map(packages.map((one) => [one.manifest.name, one]));
  // A set keeps the order in which its members came.
  const placed = new Set();
  const place = (one, waiting) => {
    if (waiting.includes(one)) {
      console.error(`a circle: ${[...waiting, one].map(({ manifest }) => manifest.name).join(" needs ")}`);
      process.exit(1);
    }
    for (const needed of neededBy(one)) if (byName.has(needed)) place(byName.get(needed), [...waiting, one]);
    placed.add(one);
  };
  for (const one of packages) place(one, []);
  return placed;
}

/** What is installed with a package, or must be there. */
function neededBy({ manifest: { dependencies, optionalDependencies, peerDependencies } }) {
  return Object.keys({ ...dependencies, ...optionalDependencies, ...peerDependencies });
}
