import type { Routes } from "./app.test-support.js";

/** A response whose head is sent at once, and whose end when it is let go. */
export function streamed(routes: Routes): Response {
  const encoder = new TextEncoder();
  const body = new ReadableStream<Uint8Array>({
    async start(controller) {
      controller.enqueue(encoder.encode("begun "));
      await routes.wait();
      try {
        controller.enqueue(encoder.encode("done"));
        controller.close();
      } catch {
        // Nobody reads it any more.
      }
    },
  });
  return new Response(body);
}
