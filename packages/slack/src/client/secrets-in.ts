const secretHeader = /^(?:authorization|proxy-authorization|cookie)$/i;
const secretArgument = /token|secret/i;
/** A shorter argument is no secret of Slack's, and blotting out every "a" would spoil the message. Unit: characters. */
const SHORTEST = 8;

/** The secrets that request headers carry: the authorization, with and without its scheme, and cookies. */
export function secretsIn(headers: Readonly<Record<string, string>> | undefined): string[] {
  return Object.entries(headers ?? {})
    .filter(([name]) => secretHeader.test(name))
    .flatMap(([, value]) => [value, value.replace(/^\S+\s+/, "")])
    .filter((secret) => secret.length > 3);
}

/** The secrets that the arguments of a call carry: a token of its own, those of its files, client secrets. */
export function secretsInArguments(args: unknown): string[] {
  if (typeof args !== "object" || args === null) return [];
  return Object.entries(args).flatMap(([name, value]) => {
    if (name === "file_uploads" && Array.isArray(value)) return value.flatMap(secretsInArguments);
    const isSecret =
      typeof value === "string" && secretArgument.test(name) && (name === "token" || value.length >= SHORTEST);
    // As it is, and as it stands in the body of the request.
    return isSecret ? [...new Set([value, encoded(value)])] : [];
  });
}

function encoded(value: string): string {
  try {
    return encodeURIComponent(value);
  } catch {
    // Half of a surrogate pair; the SDK cannot send that either.
    return value;
  }
}
