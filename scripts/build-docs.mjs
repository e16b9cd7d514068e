// Builds the site: the pages of docs/ by VitePress, and beside them the API reference of every package by TypeDoc.
//
//   node scripts/build-docs.mjs                                      into docs/.vitepress/dist
//   node scripts/build-docs.mjs --out folder --only site             the pages alone, elsewhere
//   node scripts/build-docs.mjs --only reference --package core      the reference of single packages
//
// A link that leads nowhere fails the pages, a warning the reference.

import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { repositoryAddress, repositoryFolder as root } from "../docs/.vitepress/repository.mjs";

const { values } = parseArgs({
  options: {
    out: { type: "string", default: join(root, "docs/.vitepress/dist") },
    only: { type: "string" },
    package: { type: "string", multiple: true, default: packageNames() },
  },
});

/** Warnings of TypeDoc about what is right as it is, by a part of their text. */
const acceptedWarnings = [];

const outFolder = resolve(values.out);
if (values.only !== "reference") await buildSite(outFolder);
if (values.only !== "site") await buildReference(join(outFolder, "reference"), values.package);

async function buildSite(folder) {
  const { build } = await from("docs", "vitepress");
  // A build in a place of its own, so that two of them do not disturb one another.
  const temporary = join(root, `docs/.vitepress/cache/build-${process.pid}`);
  try {
    await build(join(root, "docs"), {
      outDir: folder,
      onAfterConfigResolve: (site) => void (site.tempDir = temporary),
    });
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}

async function buildReference(folder, packages) {
  const { Application, ConsoleLogger, Converter, LogLevel, ReflectionKind } = await from("docs/reference", "typedoc");
  const modules = new Map(packages.flatMap(entriesOf));
  const address = repositoryAddress();
  const app = await Application.bootstrap({
    name: "Sluice",
    readme: join(root, "docs/reference/README.md"),
    tsconfig: join(root, "docs/reference/tsconfig.json"),
    entryPoints: [...modules.keys()],
    alwaysCreateEntryPointModule: true,
    excludeExternals: true,
    excludePrivate: true,
    excludeInternal: true,
    navigation: { includeFolders: false },
    navigationLinks: { "The pages": process.env.DOCS_BASE ?? "/" },
    disableGit: true,
    ...(address === undefined
      ? { disableSources: true }
      : { displayBasePath: root, sourceLinkTemplate: `${address}/blob/main/{path}#L{line}` }),
  });
  app.logger = new (class extends ConsoleLogger {
    log(message, level) {
      super.log(message, level);
      const failure = level >= LogLevel.Warn && !acceptedWarnings.some((part) => message.includes(part));
      if (failure) process.exitCode = 1;
    }
  })();
  // What is exported and what that needs, not every file of every package; what is declared for modules without types besides.
  const declarations = app.options.getFileNames().filter((file) => file.endsWith(".d.ts"));
  app.options.setCompilerOptions([...modules.keys(), ...declarations], app.options.getCompilerOptions(app.logger), []);
  // Modules go by the name they are imported by, not by their path.
  app.converter.on(Converter.EVENT_CREATE_DECLARATION, (context, reflection) => {
    const file = context.getSymbolFromReflection(reflection)?.declarations?.[0]?.getSourceFile().fileName;
    if (reflection.kindOf(ReflectionKind.Module)) reflection.name = modules.get(file) ?? reflection.name;
  });
  const project = await app.convert();
  if (project === undefined) return;
  app.validate(project);
  await app.generateDocs(project, folder);
}

/** The files of a package that can be imported, each with the name to import it by. */
function entriesOf(name) {
  const folder = join(root, "packages", name);
  const manifest = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  return Object.entries(manifest.exports).flatMap(([subpath, { "@sluice/source": file }]) =>
    file === undefined ? [] : [[join(folder, file), manifest.name + subpath.slice(1)]],
  );
}

function packageNames() {
  return readdirSync(join(root, "packages")).filter((name) => existsSync(join(root, "packages", name, "package.json")));
}

/** A module as a workspace has it: the tools of the docs are not installed at the top. */
async function from(workspace, name) {
  const { resolve: find } = createRequire(join(root, workspace, "package.json"));
  return import(pathToFileURL(find(name)).href);
}
