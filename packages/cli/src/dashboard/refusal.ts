/** An answer that says no, as JSON. */
export function refusal(status: number, error: string, headers: Readonly<Record<string, string>> = {}): Response {
  return new Response(JSON.stringify({ error }), {
    status,
    headers: { "Content-Type": "application/json; charset=utf-8", ...headers },
  });
}

/** A refusal for now, with the time after which it may be tried again. */
export function tryLater(status: 429 | 503, error: string, waitMs: number): Response {
  return refusal(status, error, { "Retry-After": String(Math.max(1, Math.ceil(waitMs / 1000))) });
}
