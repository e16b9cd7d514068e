import { type Answer, jsonAnswer } from "../http/answer.js";

/** A refusal as the server writes it. */
export class StatusError extends Error {
  readonly code: number;
  readonly reason: string;
  readonly details: Readonly<Record<string, unknown>>;
  /** Unit: seconds. */
  readonly retryAfterSeconds: number | undefined;

  constructor(
    code: number,
    reason: string,
    message: string,
    details: Readonly<Record<string, unknown>> = {},
    retryAfterSeconds?: number,
  ) {
    super(message);
    this.name = "StatusError";
    this.code = code;
    this.reason = reason;
    this.details = details;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** The object of kind `Status`. */
export function statusAnswer({ code, reason, message, details, retryAfterSeconds }: StatusError): Answer {
  const body = { kind: "Status", apiVersion: "v1", metadata: {}, status: "Failure", message, reason, details, code };
  return jsonAnswer(body, code, retryAfterSeconds === undefined ? {} : { "retry-after": String(retryAfterSeconds) });
}

export function notFound(plural: string, name: string): StatusError {
  return new StatusError(404, "NotFound", `${plural} "${name}" not found`, { name, kind: plural });
}

export function alreadyExists(plural: string, name: string): StatusError {
  return new StatusError(409, "AlreadyExists", `${plural} "${name}" already exists`, { name, kind: plural });
}

export function conflict(plural: string, name: string): StatusError {
  const said = "the object has been modified; please apply your changes to the latest version and try again";
  return new StatusError(409, "Conflict", `Operation cannot be fulfilled on ${plural} "${name}": ${said}`, {
    name,
    kind: plural,
  });
}

export function badRequest(message: string): StatusError {
  return new StatusError(400, "BadRequest", message);
}

export function invalid(kind: string, name: string, field: string, message: string): StatusError {
  const causes = [{ reason: "FieldValueInvalid", message, field }];
  return new StatusError(422, "Invalid", `${kind} "${name}" is invalid: ${field}: ${message}`, { name, kind, causes });
}

/** What a disruption budget forbids; the status is that of a rate limit, and there is no Retry-After. */
export function disruptionBudget(name: string): StatusError {
  const message = "Cannot evict pod as it would violate the pod's disruption budget.";
  const causes = [{ reason: "DisruptionBudget", message: `The disruption budget of ${name} needs it.` }];
  return new StatusError(429, "TooManyRequests", message, { causes });
}
