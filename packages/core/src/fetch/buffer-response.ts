/** How to read a response whole. */
export interface BufferOptions {
  /** Method of the request: the answer to HEAD has a length and no body. @defaultValue `"GET"` */
  readonly method?: string;
}

const bodiless = new Set([101, 204, 205, 304]);

/**
 * The same response with its body read to the last byte, so that a body which is cut short or never ends fails the attempt and not
 * the reader. Status, headers, address and body are those of the original.
 *
 * @throws TypeError `fetch failed`, with a cause whose code is `ECONNRESET`, when fewer bytes came than were promised.
 */
export async function bufferResponse(response: Response, { method = "GET" }: BufferOptions = {}): Promise<Response> {
  if (response.body === null || bodiless.has(response.status)) return response;
  const bytes = await response.arrayBuffer();
  const promised = response.headers.get("content-length");
  // A compressed body has another length than what is read of it.
  const comparable = promised !== null && !response.headers.has("content-encoding") && method.toUpperCase() !== "HEAD";
  if (comparable && Number(promised) > bytes.byteLength) {
    const cause = Object.assign(new Error(`The body ended after ${bytes.byteLength} of ${promised} bytes`), {
      code: "ECONNRESET",
    });
    throw new TypeError("fetch failed", { cause });
  }
  return like(response, bytes);
}

/** A response with another body and everything else the same, the fields that no constructor takes included. */
export function like(response: Response, body: ArrayBuffer | ReadableStream<Uint8Array>): Response {
  const { status, statusText, headers, url, redirected, type } = response;
  const made = new Response(body, { status, statusText, headers });
  for (const [name, value] of Object.entries({ url, redirected, type }))
    Object.defineProperty(made, name, { value, configurable: true });
  return made;
}
