/** The entries that need an optional peer, and what a stranger installs to use them. Every other entry loads without any. */
export const entriesWithPeers = {
  "@sluice/http/express": ["express", "@types/express"],
  "@sluice/http/fastify": ["fastify"],
  "@sluice/http/hono": ["hono"],
  "@sluice/limiter/testing": ["vitest"],
};

/** Whether plain Node can load an entry with its peers there: vitest lets itself be loaded in its own processes only. */
export function runsOutsideTests(specifier) {
  return !(entriesWithPeers[specifier] ?? []).includes("vitest");
}

/** Peers by name, in the ranges the packages ask for. */
export function peerPackages(names, packed) {
  const ranges = Object.assign({}, ...packed.map(({ manifest }) => manifest.peerDependencies ?? {}));
  return names.map((name) => `${name}@${ranges[name] ?? "latest"}`);
}

/** Every optional peer of the packages, and the types of those that bring none. */
export function allPeers(packed) {
  const stated = packed.flatMap(({ manifest }) => Object.keys(manifest.peerDependencies ?? {}));
  return [...new Set([...stated, ...Object.values(entriesWithPeers).flat()])];
}
