/** A refusal in Keycloak's words. */
export class KeycloakError extends Error {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;

  constructor(status: number, body: Readonly<Record<string, unknown>>) {
    super(JSON.stringify(body));
    this.status = status;
    this.body = body;
  }
}

/** What is not there. */
export function notFound(error: string): KeycloakError {
  return new KeycloakError(404, { error });
}

/** What is there already. */
export function conflict(errorMessage: string): KeycloakError {
  return new KeycloakError(409, { errorMessage });
}

export function badRequest(errorMessage: string): KeycloakError {
  return new KeycloakError(400, { errorMessage });
}
