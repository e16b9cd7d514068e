/** The secrets that request headers carry: the authorization, with and without its scheme. */
export function secretsIn(headers: Readonly<Record<string, string>> | undefined): string[] {
  return Object.entries(headers ?? {})
    .filter(([name]) => name.toLowerCase() === "authorization")
    .flatMap(([, value]) => [value, value.replace(/^\S+\s+/, "")])
    .filter((secret) => secret.length > 3);
}
