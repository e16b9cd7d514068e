/** An error that GitLab answers with. */
export class ApiError extends Error {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;

  constructor(status: number, body: Readonly<Record<string, unknown>>) {
    super(JSON.stringify(body));
    this.name = "ApiError";
    this.status = status;
    this.body = body;
  }
}

/** Something of a kind is not there, or may not be seen. */
export function notFound(kind = ""): ApiError {
  return new ApiError(404, { message: kind === "" ? "404 Not Found" : `404 ${kind} Not Found` });
}

export function unauthorized(): ApiError {
  return new ApiError(401, { message: "401 Unauthorized" });
}

export function forbidden(): ApiError {
  return new ApiError(403, { message: "403 Forbidden" });
}

/** Fields are wrong, each for its reasons. */
export function invalid(message: string | Readonly<Record<string, readonly string[]>>): ApiError {
  return new ApiError(400, { message });
}
