/** Everything the `event` field of a line may say. */
export const logEvents = [
  "call_failed",
  "provider_throttled",
  "rate_limit_waited",
  "rate_limit_refused",
  "retry",
  "violation",
  "mode_changed",
  "store_mode_changed",
  "breaker_changed",
  "suppressed",
] as const;

/** What a line is about. */
export type LogEvent = (typeof logEvents)[number];

/** The part of a pino-shaped logger that is used. */
export interface LoggerLike {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}

/** Fields of a line; undefined ones are left out. Texts are made plain before they are written. */
export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>;
