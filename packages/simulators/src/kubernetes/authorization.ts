/** Whose a token is. @public */
export interface KubernetesUser {
  readonly user: string;
  /** Namespaces the user may work in. @defaultValue all, and what is in none */
  readonly namespaces?: readonly string[];
}

/** The owner of every token when no list of tokens is given. */
const anybody: KubernetesUser = { user: "simulated-user" };

/** The user of an `Authorization` header; undefined when there is none, or the token is not good. */
export function userOf(
  header: string | undefined,
  tokens: Readonly<Record<string, KubernetesUser>> | undefined,
): KubernetesUser | undefined {
  const token = /^Bearer\s+(\S+)$/i.exec(header ?? "")?.[1];
  if (token === undefined) return undefined;
  if (tokens === undefined) return anybody;
  return Object.hasOwn(tokens, token) ? tokens[token] : undefined;
}

/** Whether the user may work there; undefined is what lies in no namespace. */
export function mayWorkIn({ namespaces }: KubernetesUser, namespace: string | undefined): boolean {
  return namespaces === undefined || (namespace !== undefined && namespaces.includes(namespace));
}
