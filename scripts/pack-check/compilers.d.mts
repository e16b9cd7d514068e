/** How the compiler looks for files. */
export interface Resolution {
  readonly module: string;
  readonly moduleResolution: string;
}

export const compilerVersions: readonly string[];
export const resolutions: readonly Resolution[];
export const compilerPackages: readonly string[];

/** Writes a program that imports each entry as a whole. */
export function writeProgram(folder: string, specifiers: readonly string[]): void;

/** Compiles the program with nothing skipped, by the compiler of that release in the folder of compilers. */
export function compile(
  folder: string,
  compilers: string,
  version: string,
  resolution: Resolution,
): { readonly release: string; readonly errors: readonly string[] };
