import { notNegative, oneOf, outOfRange, wholeAtLeast } from "../checks.js";
import { jsonAnswer, type Answer, type AnswerBody } from "./answer.js";

/**
 * A misbehaviour to come. Without `action` it is an answer of the given status, headers and body.
 *
 * @public
 */
export interface Fault {
  /**
   * Method it waits for.
   *
   * @defaultValue the next request, whatever it is
   */
  readonly method?: string;
  /**
   * How many requests it strikes. Range: whole numbers >= 1.
   *
   * @defaultValue 1
   */
  readonly times?: number;
  /**
   * HTTP status to answer. Range: 200 to 599.
   *
   * @defaultValue 500, or the real answer's status when the request is processed
   */
  readonly status?: number;
  /** Headers to add to the answer. */
  readonly headers?: Readonly<Record<string, string>>;
  /**
   * Body to answer: text as it stands, an object as JSON.
   *
   * @defaultValue an error of the provider, or the real answer's body when the request is processed
   */
  readonly body?: string | Readonly<Record<string, unknown>>;
  /**
   * What happens to the connection: `drop` cuts it without an answer, `hang` never answers, `truncate` cuts it after
   * half the body, `trickle` sends the body in ten pieces with pauses in between.
   */
  readonly action?: "drop" | "hang" | "truncate" | "trickle";
  /**
   * Whether the request takes effect first: it is counted against its limit and changes the state.
   *
   * @defaultValue true for `truncate` and `trickle` without a status or body of their own, else false
   */
  readonly processed?: boolean;
  /**
   * Pause between two pieces of a trickled body. Unit: real milliseconds. Range: >= 0.
   *
   * @defaultValue 50
   */
  readonly pauseMs?: number;
}

/** Faults in the order they were asked for. */
export interface FaultQueue {
  /** Adds a fault. */
  add(fault: Fault): void;
  /** The first fault that waits for such a request; one of its times is then used. */
  take(method: string): Fault | undefined;
  /** Forgets all faults. */
  clear(): void;
}

/** Makes an empty queue. */
export function faultQueue(): FaultQueue {
  let waiting: { readonly fault: Fault; left: number }[] = [];
  return {
    add(fault) {
      checkFault(fault);
      waiting.push({ fault, left: fault.times ?? 1 });
    },
    take(method) {
      const struck = waiting.find(({ fault }) => fault.method === undefined || fault.method === method);
      if (struck === undefined) return undefined;
      struck.left -= 1;
      waiting = waiting.filter(({ left }) => left > 0);
      return struck.fault;
    },
    clear() {
      waiting = [];
    },
  };
}

/** Whether a struck request is processed all the same. */
export function isProcessed(fault: Fault): boolean {
  const keepsAnswer = fault.status === undefined && fault.body === undefined;
  return fault.processed ?? (keepsAnswer && (fault.action === "truncate" || fault.action === "trickle"));
}

/** The answer a fault makes of the real one, which is absent when the request was not processed. */
export function faultyAnswer<Body extends AnswerBody>(
  fault: Fault,
  real: Answer<Body> | undefined,
): Answer<Body | string> {
  const base = real ?? jsonAnswer({ ok: false, error: "internal_error" }, 500);
  const body = typeof fault.body === "object" ? JSON.stringify(fault.body) : fault.body;
  const headers = Object.entries(fault.headers ?? {}).map(([name, value]) => [name.toLowerCase(), value]);
  return {
    status: fault.status ?? base.status,
    headers: { ...base.headers, ...(Object.fromEntries(headers) as Record<string, string>) },
    body: body ?? base.body,
  };
}

/** What an answer could not carry would else come out later, as a failure of the simulator itself. */
function checkFault(fault: Fault): void {
  record("fault", fault, "an object");
  const { method, times, status, headers, body, action, processed, pauseMs } = fault;
  if (method !== undefined && typeof method !== "string") throw outOfRange("method", "a text", method);
  if (times !== undefined) wholeAtLeast("times", times, 1);
  if (pauseMs !== undefined) notNegative("pauseMs", pauseMs);
  if (action !== undefined) oneOf("action", action, ["drop", "hang", "truncate", "trickle"]);
  if (processed !== undefined && typeof processed !== "boolean")
    throw outOfRange("processed", "true or false", processed);
  if (status !== undefined && !(Number.isInteger(status) && status >= 200 && status <= 599)) {
    throw outOfRange("status", "a whole number from 200 to 599", status);
  }
  if (headers !== undefined) checkHeaders(headers);
  if (body !== undefined && !isBody(body))
    throw outOfRange("body", "a text, or an object that can be written as JSON", body);
}

function checkHeaders(headers: NonNullable<Fault["headers"]>): void {
  record("headers", headers, "an object of names and texts");
  for (const [name, value] of Object.entries<unknown>(headers)) {
    if (!/^[\w!#$%&'*+.^`|~-]+$/.test(name)) throw outOfRange("headers", "named by letters, digits and hyphens", name);
    // Numbers are written as they are.
    const isSendable = typeof value === "number" || typeof value === "string";
    if (!isSendable || !/^[\t\u0020-\u007e\u0080-\u00ff]*$/.test(String(value)))
      throw outOfRange(`headers["${name}"]`, "one line of Latin characters", value);
  }
}

/** An object with fields of its own, and no list of pairs, which would seem to have none. */
function record(option: string, value: unknown, accepted: string): void {
  if (typeof value !== "object" || value === null || Symbol.iterator in value)
    throw outOfRange(option, accepted, value);
}

function isBody(body: unknown): boolean {
  if (typeof body !== "object" || body === null) return typeof body === "string";
  try {
    return typeof JSON.stringify(body) === "string";
  } catch {
    return false;
  }
}
