import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { applications, mayUse, sdks, withoutSdks } from "../../scripts/layers.mjs";

// Every complaint is a sentence that names the file to change and what to change in it.

/** A program: tests start it, and import nothing of it. */
const notImportedByTests = ["cli"];

/** Complaints about packages of a repository that a list of all packages leaves out; none when all is well. */
export function unlisted(repository: string, table: readonly string[] = Object.keys(mayUse)): string[] {
  const read = <Content>(file: string): Content => JSON.parse(readFileSync(join(repository, file), "utf8")) as Content;
  const referred = (file: string): string[] =>
    (read<{ references?: { path: string }[] }>(file).references ?? []).map(({ path }) => path);
  const [compiled, forTests] = [referred("tsconfig.json"), referred("test/tsconfig.json")];
  const { dependencies } = read<{ dependencies: Readonly<Record<string, string>> }>("test/package.json");

  return packagesOf(repository).flatMap((name) => {
    const { version } = read<{ version: string }>(`packages/${name}/package.json`);
    const isTested = !notImportedByTests.includes(name);
    const [own, fromTest] = [`packages/${name}`, `../packages/${name}`];
    return [
      ...(table.includes(name)
        ? []
        : [`add "${name}" to \`vendors\` in scripts/layers.mjs, or to the layer it belongs to`]),
      ...[own, `${own}/tsconfig.javascript.json`]
        .filter((project) => !compiled.includes(project))
        .map((project) => `add { "path": "${project}" } to the references of tsconfig.json`),
      ...(!isTested || forTests.includes(fromTest)
        ? []
        : [`add { "path": "${fromTest}" } to the references of test/tsconfig.json`]),
      ...(!isTested || `@sluice/${name}` in dependencies
        ? []
        : [`add "@sluice/${name}": "${version}" to the dependencies of test/package.json, then run npm install`]),
    ];
  });
}

/** Folders of `packages/` that hold a package. */
function packagesOf(repository: string): string[] {
  return readdirSync(join(repository, "packages")).filter((name) =>
    existsSync(join(repository, "packages", name, "package.json")),
  );
}

/** Complaints about dependencies that the table does not allow. */
export function forbiddenDependencies(
  name: string,
  field: string,
  found: readonly string[],
  allowed: readonly string[],
): string[] {
  return found
    .filter((other) => !allowed.includes(other))
    .map(
      (other) =>
        `take @sluice/${other} out of the ${field} of packages/${name}/package.json: scripts/layers.mjs gives ${name} ${allowed.join(", ") || "nothing"}`,
    );
}

/** Complaints about references in a package's tsconfig.json that are not its dependencies, and the other way round. */
export function referenceComplaints(
  name: string,
  references: readonly string[],
  dependencies: readonly string[],
): string[] {
  return [
    ...dependencies
      .filter((other) => !references.includes(other))
      .map((other) => `add { "path": "../${other}" } to the references of packages/${name}/tsconfig.json`),
    ...references
      .filter((other) => !dependencies.includes(other))
      .map(
        (other) =>
          `add @sluice/${other} to the dependencies of packages/${name}/package.json, or take it out of the references of its tsconfig.json`,
      ),
  ];
}

/** An import that the linter forbids, or should: from a package, to what it names. */
export interface Arrow {
  readonly from: string;
  readonly to: string;
}

/** Complaints about rules of the linter that are not those of the table. */
export function lintComplaints(forbidden: readonly Arrow[], wanted: readonly Arrow[]): string[] {
  const missing = without(wanted, forbidden);
  const sources = [...new Set(wanted.map(({ from }) => from))];
  // One sentence for a package that no rule knows, and one for each arrow otherwise.
  const unknown = sources.filter((name) => forbidden.every(({ from }) => from !== name));
  return [
    ...unknown.map((name) => `add "${name}" to the "files" of the rules of ${layerOf(name)} in .oxlintrc.json`),
    ...missing
      .filter(({ from }) => !unknown.includes(from))
      .map(({ from, to }) => `have .oxlintrc.json forbid ${from} to import ${to}, as scripts/layers.mjs does`),
    ...without(forbidden, wanted).map(
      ({ from, to }) => `have .oxlintrc.json let ${from} import ${to}, as scripts/layers.mjs does`,
    ),
  ];
}

/** Complaints about SDKs that reach contracts or machinery, or do not reach a vendor. */
export function sdkComplaints(forbidden: readonly Arrow[]): string[] {
  const wanted = withoutSdks.flatMap((from) => sdks.map((to) => ({ from, to })));
  const missing = without(wanted, forbidden);
  return [...new Set(missing.map(({ to }) => to))]
    .map((to) => {
      const from = missing.filter((arrow) => arrow.to === to).map((arrow) => arrow.from);
      return `add ${to} to the names of SDKs in the rules of ${from.join(", ")} in .oxlintrc.json`;
    })
    .concat(
      without(forbidden, wanted).map(
        ({ from, to }) =>
          `have .oxlintrc.json let ${from} import ${to}: it is not in \`withoutSdks\` of scripts/layers.mjs`,
      ),
    );
}

function layerOf(name: string): string {
  if (applications.includes(name)) return "applications";
  return withoutSdks.includes(name) ? "contracts and machinery" : "vendors";
}

function without(all: readonly Arrow[], some: readonly Arrow[]): Arrow[] {
  return all.filter(({ from, to }) => !some.some((other) => other.from === from && other.to === to));
}
