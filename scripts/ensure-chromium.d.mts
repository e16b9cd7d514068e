/** A Chromium, or a browser built from it, that runs on this machine. */
export interface ChromiumBinary {
  readonly path: string;
  readonly version: string;
}

/**
 * The browser the tests use: `CHROMIUM` when set, else the first of chromium, chromium-browser and google-chrome in PATH.
 * Undefined when there is none; throws when `CHROMIUM` names something that does not run.
 */
export function findChromium(environment?: Readonly<Record<string, string | undefined>>): ChromiumBinary | undefined;
