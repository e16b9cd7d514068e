import type { Answer, AnswerHeaders, RequestEnd } from "./request-view.js";

/** An answer as a Response. */
export function responseOf({ status, headers, body }: Answer): Response {
  return new Response(body === "" ? null : body, { status, headers: { ...headers } });
}

/** The response with more fields; its own object where those can be set. */
export function withHeaders(response: Response, headers: AnswerHeaders): Response {
  const entries = Object.entries(headers);
  if (entries.length === 0) return response;
  try {
    for (const [name, value] of entries) response.headers.set(name, value);
    return response;
  } catch {
    // One that somebody reads already is on its way without them.
    if (isTaken(response)) return response;
    // One that came from elsewhere cannot be changed.
    const copy = new Response(response.body, response);
    for (const [name, value] of entries) copy.headers.set(name, value);
    return copy;
  }
}

/**
 * The response, with a callback for when its body has been read to the end, given up, or failed; at once where nobody will read one.
 *
 * @param method - of the request: servers take an answer to HEAD for ended without having read or given up its body.
 */
export function withEnd(response: Response, method: string, tell: (end: RequestEnd) => void): Response {
  const { status } = response;
  const body = isTaken(response) ? null : response.body;
  if (body === null || method.toUpperCase() === "HEAD") {
    tell({ status, aborted: false });
    return response;
  }
  const reader = body.getReader();
  const watched = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const { done, value } = await reader.read();
          if (!done) return controller.enqueue(value);
          tell({ status, aborted: false });
          controller.close();
        } catch (error) {
          tell({ status, aborted: true });
          controller.error(error);
        }
      },
      async cancel(reason) {
        tell({ status, aborted: true });
        await reader.cancel(reason);
      },
    },
    // Nothing is read ahead of the client.
    { highWaterMark: 0 },
  );
  return new Response(watched, response);
}

/** Whether somebody reads it, or has read it. */
function isTaken(response: Response): boolean {
  try {
    return response.bodyUsed || response.body?.locked === true;
  } catch {
    // A server's own kind of response, when it was sent.
    return true;
  }
}

/** Tells once: what somebody says, or that the client went away, whichever comes first. */
export function onceEnded(signal: AbortSignal, ended: (end: RequestEnd) => void): (end: RequestEnd) => void {
  let over = false;
  const tell = (end: RequestEnd): void => {
    if (over) return;
    over = true;
    signal.removeEventListener("abort", onAbort);
    ended(end);
  };
  const onAbort = (): void => tell({ status: 499, aborted: true });
  signal.addEventListener("abort", onAbort, { once: true });
  if (signal.aborted) onAbort();
  return tell;
}
