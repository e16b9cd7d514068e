/// <reference lib="dom" />

/** What went wrong, as the server or the browser says it. */
export class ApiError extends Error {
  constructor(
    /** 0 when nothing answered. */
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

const KEPT = "sluice-session";

/** The key of the session. It lives in this tab alone, and no other server on this machine is sent it. */
export const session = {
  get: (): string | null => sessionStorage.getItem(KEPT),
  set: (key: string): void => sessionStorage.setItem(KEPT, key),
  forget: (): void => sessionStorage.removeItem(KEPT),
};

/** Asks for a change. @throws ApiError with what the server says. */
export async function post(path: string, body: unknown, secret = session.get() ?? ""): Promise<unknown> {
  const answer = await asked(path, {
    method: "POST",
    headers: { ...bearer(secret), "Content-Type": "application/json", "X-Sluice-Dashboard": "1" },
    body: JSON.stringify(body),
  });
  return answer.json();
}

/** Opens the stream of events. @throws ApiError with what the server says. */
export function openEvents(filter: string, signal: AbortSignal): Promise<Response> {
  const query = filter === "" ? "" : `?filter=${encodeURIComponent(filter)}`;
  return asked(`/api/events${query}`, { headers: bearer(session.get() ?? ""), signal });
}

async function asked(path: string, init: RequestInit): Promise<Response> {
  const answer = await fetch(path, { ...init, credentials: "omit", cache: "no-store" }).catch((error: unknown) => {
    if (init.signal?.aborted) throw error;
    throw new ApiError(0, "the dashboard does not answer; is the command still running?");
  });
  if (answer.ok) return answer;
  const said = (await answer.json().catch(() => ({}))) as { readonly error?: unknown };
  throw new ApiError(answer.status, typeof said.error === "string" ? said.error : `status ${answer.status}`);
}

function bearer(secret: string): Record<string, string> {
  return { Authorization: `Bearer ${secret}` };
}
