import type { Logger } from "@slack/web-api";
import { scrubText } from "@sluice/core";

/** The logger without the secrets: the SDK writes down at debug level whatever the server answers, and why a request failed. */
export function withoutSecrets(logger: Logger, secrets: () => readonly string[]): Logger {
  const clean = (parts: readonly unknown[]): unknown[] => {
    const known = secrets();
    // Lists too: a warning of the server's is logged with its index and all the others.
    const cleaned = (part: unknown): unknown =>
      typeof part === "string" ? scrubText(part, known) : Array.isArray(part) ? part.map(cleaned) : part;
    return parts.map(cleaned);
  };
  return {
    debug: (...parts) => logger.debug(...clean(parts)),
    info: (...parts) => logger.info(...clean(parts)),
    warn: (...parts) => logger.warn(...clean(parts)),
    error: (...parts) => logger.error(...clean(parts)),
    setLevel: (level) => logger.setLevel(level),
    getLevel: () => logger.getLevel(),
    setName: (name) => logger.setName(name),
  };
}
