import type { MiddlewareHandler } from "hono";
import { refusal } from "../refusal.js";

/** Where handlers find what was sent. */
export interface WithBody {
  readonly Variables: { readonly body: string };
}

const LARGEST_BYTES = 16 * 1024;

/**
 * Reads what was sent, and no more than a change can be, whether its length was told or it comes in chunks. Hono's own limit makes a request of
 * its own from chunks, which the server's requests do not bear.
 */
export const boundedBody: MiddlewareHandler<WithBody> = async (context, next) => {
  const { req } = context;
  if (req.method !== "POST") return next();
  if (Number(req.header("content-length") ?? 0) > LARGEST_BYTES) return tooLong();
  let body: string | undefined;
  try {
    body = await textOf(req.raw.body);
  } catch {
    // Whoever sent half of it is gone, and that is no news for the terminal.
    return refusal(400, "what was sent did not arrive");
  }
  if (body === undefined) return tooLong();
  context.set("body", body);
  return next();
};

/** Undefined when there is more of it than may be; what is left is not read. */
async function textOf(stream: ReadableStream<Uint8Array> | null): Promise<string | undefined> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  const reader = stream?.getReader();
  for (;;) {
    const { done = true, value } = (await reader?.read()) ?? {};
    if (done || value === undefined) return Buffer.concat(chunks).toString("utf8");
    bytes += value.byteLength;
    if (bytes > LARGEST_BYTES) return undefined;
    chunks.push(value);
  }
}

function tooLong(): Response {
  return refusal(413, "that is too long");
}
