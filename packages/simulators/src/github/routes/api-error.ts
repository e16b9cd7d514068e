const documentation = "https://docs.github.com/rest";

/** An error that GitHub answers with. */
export class ApiError extends Error {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;

  constructor(status: number, message: string, more: Readonly<Record<string, unknown>> = {}) {
    super(message);
    this.name = "ApiError";
    this.status = status;
    this.body = { message, ...more, documentation_url: documentation, status: String(status) };
  }
}

export function notFound(): ApiError {
  return new ApiError(404, "Not Found");
}

/** One field of a request is wrong. */
export function invalid(resource: string, field: string, code: string, message?: string): ApiError {
  const error = { resource, field, code, ...(message !== undefined && { message }) };
  return new ApiError(422, "Validation Failed", { errors: [error] });
}
