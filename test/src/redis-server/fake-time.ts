import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** A wall clock that can be set while those who read it run. Monotonic clocks are left alone. */
export interface FakeTime extends Disposable {
  /** What a process needs in its environment to live by this clock. */
  readonly env: Readonly<Record<string, string>>;
  /**
   * Sets it; those who read it see it at once.
   *
   * @param offsetMs - against the machine's clock. Unit: milliseconds.
   * @param pace - seconds of this clock for each second of the machine's. @defaultValue 1
   */
  set(offsetMs: number, pace?: number): void;
}

const PACKAGE = "libfaketime";
const LIBRARY = "libfaketime.so.1";
const FETCH_TIMEOUT_MS = 60_000;
/** Kept between runs; removed with node_modules. */
const cache = fileURLToPath(new URL("../../../node_modules/.cache/sluice/", import.meta.url));

let known: string | undefined;

/**
 * The library that fakes the time: installed, fetched before, or fetched now from the distribution's own packages, without root and
 * without installing it. Undefined where there is none: another system than Debian and its kin, or no way to its packages.
 */
export function findFakeTimeLibrary(): string | undefined {
  known ??= [installed(), fetched(), fetch()].find((path) => path !== undefined);
  return known;
}

/**
 * Makes a clock that shows the machine's time until it is set.
 *
 * @throws Error when there is no library for it, see `findFakeTimeLibrary`.
 */
export function startFakeTime(): FakeTime {
  const library = findFakeTimeLibrary();
  if (library === undefined) throw new Error(`${LIBRARY} was not found, nor could the package ${PACKAGE} be fetched`);
  const directory = mkdtempSync(join(tmpdir(), "sluice-time-"));
  const file = join(directory, "offset");
  const set = (offsetMs: number, pace = 1): void => {
    const seconds = `${offsetMs < 0 ? "-" : "+"}${(Math.abs(offsetMs) / 1000).toFixed(3)}`;
    // Renamed into place: a reader must not meet half a line.
    writeFileSync(`${file}.new`, `${seconds}${pace === 1 ? "" : ` x${pace}`}\n`);
    renameSync(`${file}.new`, file);
  };
  set(0);
  return {
    env: {
      // The C library after it: by itself it waits for ever for the allocator that Redis brings.
      LD_PRELOAD: `${library}:libc.so.6`,
      FAKETIME_TIMESTAMP_FILE: file,
      FAKETIME_NO_CACHE: "1",
      FAKETIME_DONT_FAKE_MONOTONIC: "1",
      FAKETIME_DONT_RESET: "1",
    },
    set,
    [Symbol.dispose]: () => rmSync(directory, { recursive: true, force: true }),
  };
}

function installed(): string | undefined {
  return process.platform === "linux" ? libraryUnder("/usr/lib") : undefined;
}

function fetched(): string | undefined {
  return libraryUnder(join(cache, PACKAGE, "usr", "lib"));
}

/** In the folder that Debian names after the kind of machine. */
function libraryUnder(directory: string): string | undefined {
  if (!existsSync(directory)) return undefined;
  return readdirSync(directory)
    .map((name) => join(directory, name, "faketime", LIBRARY))
    .find((path) => existsSync(path));
}

function fetch(): string | undefined {
  if (process.platform !== "linux" || process.env["SLUICE_NO_INSTALL"]) return undefined;
  mkdirSync(cache, { recursive: true });
  const directory = mkdtempSync(join(cache, "fetching-"));
  try {
    if (!ran("apt-get", ["download", "-qq", PACKAGE], directory)) return undefined;
    const archive = readdirSync(directory).find((name) => name.endsWith(".deb"));
    if (archive === undefined || !ran("dpkg", ["-x", archive, "unpacked"], directory)) return undefined;
    renameSync(join(directory, "unpacked"), join(cache, PACKAGE));
  } catch {
    // Another test has fetched it at the same time; theirs is as good.
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
  return fetched();
}

function ran(command: string, args: readonly string[], cwd: string): boolean {
  return spawnSync(command, args, { cwd, stdio: "ignore", timeout: FETCH_TIMEOUT_MS }).status === 0;
}
