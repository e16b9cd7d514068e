// Where the repository lies: on this machine, and for readers.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The top of the repository. */
export const repositoryFolder = fileURLToPath(new URL("../../", import.meta.url));

/**
 * Its address, by `repository` of the root package.json or as GitHub Actions says, which names the packages' repository at
 * their release too; undefined where neither does.
 */
export function repositoryAddress(env = process.env, manifest = rootManifest()) {
  const { repository } = manifest;
  const named = typeof repository === "string" ? repository : repository?.url;
  if (named !== undefined) return named.replace(/^git\+/, "").replace(/\.git$/, "");
  const { GITHUB_SERVER_URL: server, GITHUB_REPOSITORY: name } = env;
  return server && name ? `${server}/${name}` : undefined;
}

function rootManifest() {
  return JSON.parse(readFileSync(join(repositoryFolder, "package.json"), "utf8"));
}
