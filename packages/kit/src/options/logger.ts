/** The part of a pino-shaped logger that is used. */
export interface Logger {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}
