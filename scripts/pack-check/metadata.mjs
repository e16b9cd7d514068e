// What a package.json must say for those who look for the package, or have it before them.

import { existsSync } from "node:fs";
import { join } from "node:path";

/** Written by the first release that has something to say of the package. */
const writtenLater = ["CHANGELOG.md"];

/** Complaints about one package.json; none when all is well. Homepage, issues and repository are set at the release. */
export function checkMetadata({ folder, manifest }) {
  const { files = [] } = manifest;
  return [
    ...["description", "license", "keywords"]
      .filter((field) => (manifest[field] ?? "").length === 0)
      .map((field) => `package.json has no ${field}`),
    ...writtenLater
      .filter((file) => !files.includes(file))
      .map((file) => `package.json has no ${JSON.stringify(file)} in files`),
    ...files
      .filter((file) => !/[!*]/.test(file) && !writtenLater.includes(file) && !existsSync(join(folder, file)))
      .map((file) => `package.json has ${file} in files, and there is none`),
  ];
}
