/** Something to guard, for the other snippets. */
export type Report = { readonly stale: boolean; readonly retryAfterMs?: number };

export function createClient() {
  return {
    report: async (): Promise<Report> => ({ stale: false }),
    rebuild: async (_how: { readonly signal?: AbortSignal }): Promise<string> => "rebuilt",
    async *export(): AsyncGenerator<Uint8Array> {
      for (let n = 0; n < 10; n += 1) yield new Uint8Array(10_000);
    },
  };
}
