const secretArgument = /token|secret|password|private_?key/i;
const secretHeader = /^(?:authorization|proxy-authorization|cookie)$/i;
/** A shorter argument is no secret of GitHub's, and blotting out every "a" would spoil the message. Unit: characters. */
const SHORTEST = 8;

/** The secrets that the arguments of a call carry: tokens to be checked, secrets to be set, an authorization of its own. */
export function secretsInArguments(options: Readonly<Record<string, unknown>>): string[] {
  const headers = (options["headers"] ?? {}) as Readonly<Record<string, unknown>>;
  return [...secretsInHeaders(headers), ...secretsAmong(options, 2)];
}

/** With and without the scheme before them. */
export function secretsInHeaders(headers: Readonly<Record<string, unknown>>): string[] {
  return Object.entries(headers).flatMap(([name, value]) =>
    secretHeader.test(name) && typeof value === "string" && value.length >= SHORTEST
      ? [value, value.replace(/^\S+\s+/, "")]
      : [],
  );
}

/** The secrets that authentication is made of: a token, an app's private key, its client secret. */
export function secretsInAuth(auth: unknown): string[] {
  if (typeof auth === "string") return auth === "" ? [] : [auth, auth.replace(/^(?:token|bearer) /i, "")];
  return secretsAmong(auth, 2);
}

function secretsAmong(value: unknown, depth: number): string[] {
  if (typeof value !== "object" || value === null || depth === 0) return [];
  return Object.entries(value).flatMap(([name, inner]: [string, unknown]) => {
    if (typeof inner === "object")
      return name === "request" || name === "headers" ? [] : secretsAmong(inner, depth - 1);
    return typeof inner === "string" && inner.length >= SHORTEST && secretArgument.test(toSnake(name)) ? [inner] : [];
  });
}

function toSnake(name: string): string {
  return name.replaceAll(/([a-z])([A-Z])/g, "$1_$2");
}
