import type { Logger } from "@slack/web-api";
import { scrubText } from "@sluice/core";

/** The logger without the secrets: the SDK writes down at debug level whatever the server answers, and why a request failed. */
export function withoutSecrets(logger: Logger, secrets: () => readonly string[]): Logger {
  const clean = (lines: readonly unknown[]): unknown[] => lines.map((line) => (typeof line === "string" ? scrubText(line, secrets()) : line));
  return {
    debug: (...lines) => logger.debug(...clean(lines)),
    info: (...lines) => logger.info(...clean(lines)),
    warn: (...lines) => logger.warn(...clean(lines)),
    error: (...lines) => logger.error(...clean(lines)),
    setLevel: (level) => logger.setLevel(level),
    getLevel: () => logger.getLevel(),
    setName: (name) => logger.setName(name),
  };
}
