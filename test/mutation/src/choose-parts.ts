import { parseArgs } from "node:util";

/** The packages whose tests are tested. */
const packages: readonly string[] = ["core", "limiter"];

/** What one run of Stryker mutates: the files of one folder of a package, so that a long run keeps what it has done. */
export interface Part {
  readonly package: string;
  /** A folder of the package's `src`. */
  readonly folder: string;
  /** Paths from the package's `src`. */
  readonly files: readonly string[];
}

/** What to run, or why nothing is. */
export type Chosen =
  | { readonly parts: readonly Part[]; readonly tests: Tests; readonly concurrency: number }
  | { readonly problem: string };

/** Which tests run: all of the package, or for a quick start only those in the folder that is mutated. */
export type Tests = "all" | "beside";

/**
 * Reads the command line: `--package` and `--files` (a folder or a file below `src`, `/**` may follow), each as often as wanted, all when
 * there is none, `--tests` and `--concurrency`.
 *
 * @param sources - Paths of all files in the `src` of a package.
 */
export function chooseParts(words: readonly string[], sources: (name: string) => readonly string[]): Chosen {
  const read = readWords(words);
  if ("problem" in read) return read;
  const unknown = read.packages.find((name) => !packages.includes(name));
  if (unknown !== undefined) return { problem: `no package ${unknown} here; there are ${packages.join(", ")}` };
  const concurrency = Number(read.concurrency);
  if (!Number.isInteger(concurrency) || concurrency < 1)
    return { problem: `--concurrency must be a whole number >= 1, got ${read.concurrency}` };
  const { tests } = read;
  if (tests !== "all" && tests !== "beside") return { problem: `--tests must be all or beside, got ${tests}` };
  const parts = (read.packages.length === 0 ? packages : read.packages).flatMap((name) =>
    inFolders(
      name,
      sources(name).filter((file) => mutated(file) && wanted(file, read.files)),
    ),
  );
  if (parts.length === 0) return { problem: `no source file at ${read.files.join(", ")}` };
  return { parts, tests, concurrency };
}

interface Words {
  readonly packages: readonly string[];
  readonly files: readonly string[];
  readonly tests: string;
  readonly concurrency: string;
}

function readWords(words: readonly string[]): Words | { readonly problem: string } {
  try {
    const { values } = parseArgs({
      args: [...words],
      options: {
        package: { type: "string", multiple: true, default: [] },
        files: { type: "string", multiple: true, default: [] },
        tests: { type: "string", default: "all" },
        concurrency: { type: "string", default: "2" },
      },
    });
    return { packages: values.package, files: values.files, tests: values.tests, concurrency: values.concurrency };
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) };
  }
}

/** Sources that do something of their own: no tests, no tools for tests, nothing generated, no table of contents. */
function mutated(file: string): boolean {
  return file.endsWith(".ts") && !/\.(test|test-d|d)\.ts$|(^|\/)(testing|generated)\/|(^|\/)index\.ts$/.test(file);
}

function wanted(file: string, files: readonly string[]): boolean {
  const places = files.map((name) => name.replace(/\/(\*\*)?$/, ""));
  return places.length === 0 || places.some((place) => file === place || file.startsWith(`${place}/`));
}

function inFolders(name: string, files: readonly string[]): Part[] {
  const folderOf = (file: string): string => file.slice(0, Math.max(0, file.indexOf("/")));
  const folders = [...new Set(files.map(folderOf))].toSorted();
  return folders.map((folder) => ({
    package: name,
    folder,
    files: files.filter((file) => folderOf(file) === folder).toSorted(),
  }));
}
