export type Json = Readonly<Record<string, unknown>>;

/** A moment as the API writes it: `2026-01-31T12:00:00.000Z`. */
export function timestamp(ms: number): string {
  return new Date(ms).toISOString();
}
