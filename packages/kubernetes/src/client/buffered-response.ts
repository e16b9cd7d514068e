import { type ResponseContext, SelfDecodingBody } from "@kubernetes/client-node";

/** Bodies beyond this are no refusals, and not worth reading twice. Unit: bytes. */
const LONGEST_REFUSAL_BYTES = 16_384;

const bodies = new WeakMap<object, Buffer>();

/**
 * The response with its body read, so that the attempt ends when the last byte is here: the deadline covers it, and a body that is
 * cut short fails the attempt and not the SDK's parsing.
 */
export async function buffered(response: ResponseContext): Promise<ResponseContext> {
  const body = await response.body.binary();
  const whole = Object.assign(Object.create(Object.getPrototypeOf(response) as object) as ResponseContext, response);
  whole.body = new SelfDecodingBody(Promise.resolve(body));
  bodies.set(whole, body);
  return whole;
}

/**
 * Whether an answer of 429 is about a disruption budget: the eviction of a pod is refused with the status of a rate limit, although
 * nobody was too fast.
 *
 * @see https://kubernetes.io/docs/concepts/scheduling-eviction/api-eviction/ (read 2026-11)
 */
export function isDisruptionBudget(response: unknown): boolean {
  const body = typeof response === "object" && response !== null ? bodies.get(response) : undefined;
  if (body === undefined || body.byteLength > LONGEST_REFUSAL_BYTES) return false;
  try {
    const { details } = JSON.parse(body.toString()) as { readonly details?: { readonly causes?: unknown } };
    const causes: unknown = details?.causes;
    return (
      Array.isArray(causes) && causes.some((cause: { reason?: unknown } | null) => cause?.reason === "DisruptionBudget")
    );
  } catch {
    return false;
  }
}
