const secretName = /secret|password|passphrase|token|totp|private_?key/i;
const container = /^(?:credentials?|credentialData|secretData)$/i;
/** A shorter text is hardly a secret, and blotting out every "a" would spoil the message. Unit: characters. */
const SHORTEST = 6;
const DEEPEST = 6;

/** The secrets among a method's arguments: fields that are named like one, and the values of credentials. */
export function secretsIn(value: unknown, inCredential = false, depth = 0): string[] {
  if (typeof value !== "object" || value === null || depth > DEEPEST) return [];
  return Object.entries(value).flatMap(([name, field]: [string, unknown]) => {
    const secret = secretName.test(name) || (inCredential && name === "value");
    if (typeof field === "string") return secret && field.length >= SHORTEST ? [field] : [];
    return secretsIn(field, inCredential || container.test(name), depth + 1);
  });
}
