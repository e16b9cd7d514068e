const secretArgument = /secret|password|passphrase|customerkey$|securitytoken|plaintext/i;
/** A shorter argument is no secret, and blotting out every "a" would spoil the message. Unit: characters. */
const SHORTEST = 8;

/** The secrets among the arguments of a command. */
export function secretsInInput(input: Readonly<Record<string, unknown>>): string[] {
  return Object.entries(input).flatMap(([name, value]) =>
    typeof value === "string" && value.length >= SHORTEST && secretArgument.test(name) && !/(?:Id|Arn|Name)$/.test(name)
      ? [value]
      : [],
  );
}

/** The secrets of credentials that are given as they are. A provider's are not known before it is asked. */
export function secretsInCredentials(credentials: unknown): readonly string[] {
  if (typeof credentials !== "object" || credentials === null) return [];
  const { secretAccessKey, sessionToken } = credentials as Readonly<Record<string, unknown>>;
  return [secretAccessKey, sessionToken].filter((secret) => typeof secret === "string" && secret !== "") as string[];
}
