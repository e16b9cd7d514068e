import { oneLine } from "../errors/one-line.js";

const MOST_KEPT = 100;

/**
 * Makes a function that turns failures of listeners into process warnings: each text once, and not without end.
 *
 * @param code - the warnings' code, for who filters them. @defaultValue none
 */
export function warnOnce(code?: string): (what: string, error: unknown) => void {
  const told = new Set<string>();
  return (what, error) => {
    const text = oneLine(`${what}: ${error instanceof Error ? error.message : String(error)}`);
    if (told.has(text) || told.size >= MOST_KEPT) return;
    told.add(text);
    process.emitWarning(text, { type: "SluiceHookWarning", ...(code === undefined ? {} : { code }) });
  };
}
