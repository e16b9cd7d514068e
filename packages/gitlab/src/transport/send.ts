import { type Call, type Clock, currentContext, linkSignals, scrubSecrets } from "@sluice/core";
import { bufferResponse, secretsIn } from "@sluice/core/fetch";
import { type Prepared, requestFor, urlOf } from "./prepared.js";
import { streamed } from "./streamed.js";

/** How attempts are made. */
export interface SendOptions {
  /** Bound of one attempt. Unit: milliseconds; 0 for none. */
  readonly attemptTimeoutMs: number;
  readonly clock?: Clock | undefined;
}

/**
 * One HTTP attempt. It ends with the last byte of its body, so that the deadline covers it and a body that is cut short fails the
 * attempt; a stream that was asked for is handed on with its headers, and stays under the caller's signal.
 */
export async function send(prepared: Prepared, call: Call, options: SendOptions): Promise<Response> {
  const { asStream, agent, signal: sdkSignal } = prepared.options;
  // The call is over when a stream is handed on; the caller's own signal is not.
  const around = [call.signal, asStream === true ? currentContext().signal : undefined, sdkSignal];
  const { signal, release } = linkSignals(around, options.attemptTimeoutMs, options.clock);
  const request = requestFor(prepared, urlOf(prepared), signal);
  // The SDK's agent is what fetch knows as a dispatcher.
  const init = agent === undefined || agent === null ? [] : [{ dispatcher: agent } as unknown as RequestInit];
  let streaming = false;
  try {
    // Read at the moment of sending: tools that patch the global do so at any time.
    const response = await globalThis.fetch(request, ...init);
    streaming = asStream === true && response.ok;
    return streaming ? streamed(response, release) : await bufferResponse(response, { method: request.method });
  } catch (error) {
    // Some transports put the whole request into their errors. A reason is the caller's, and stays as it is.
    throw scrubSecrets(error, secretsOf(request), signal.reason);
  } finally {
    if (!streaming) release();
  }
}

/** What the request carries that must not show. */
export function secretsOf(request: Request): string[] {
  return secretsIn(new URL(request.url), request.headers);
}
