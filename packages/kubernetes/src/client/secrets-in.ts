import type { KubeConfig } from "@kubernetes/client-node";

const secretName = /secret|password|passphrase|token|private_?key|access_?key|key-?data/i;
const secretHeader = /^(?:authorization|proxy-authorization|cookie)$/i;
/** A shorter text is hardly a secret, and blotting out every "a" would spoil the message. Unit: characters. */
const SHORTEST = 6;
const DEEPEST = 6;

/** The secrets of a kubeconfig: tokens, passwords and keys of its users, and what their plugins are started with. */
export function secretsOfKubeConfig(kubeConfig: KubeConfig): string[] {
  return (kubeConfig.getUsers() ?? []).flatMap((user) => {
    const { token, password, keyData, authProvider } = user;
    const exec = user.exec as { readonly env?: readonly Variable[] } | undefined;
    const given = Object.fromEntries((exec?.env ?? []).map(({ name, value }) => [name, value]));
    return longEnough([token, password, keyData, ...namedSecrets(authProvider), ...namedSecrets(given)]);
  });
}

/** What a credential plugin finds in its environment. */
interface Variable {
  readonly name: string;
  readonly value: string;
}

/** The secrets that request headers carry: the authorization, with and without its scheme, and cookies. */
export function secretsInHeaders(headers: Readonly<Record<string, string>>): string[] {
  return Object.entries(headers)
    .filter(([name]) => secretHeader.test(name))
    .flatMap(([, value]) => longEnough([value, String(value).replace(/^\S+\s+/, "")]));
}

/** The secrets among a method's arguments: what a Secret holds, as it is and as it is sent. */
export function secretsInArguments(operation: string, args: readonly unknown[]): string[] {
  const [first] = args;
  if (typeof first !== "object" || first === null) return [];
  const { kind, body } = first as { readonly kind?: unknown; readonly body?: unknown };
  const object = kind === "Secret" ? first : /Secret/.test(operation) ? body : undefined;
  const { data, stringData } = (object ?? {}) as { readonly data?: unknown; readonly stringData?: unknown };
  const encoded = textsIn(data);
  const decoded = encoded.map((text) => Buffer.from(text, "base64").toString());
  return longEnough([...encoded, ...decoded, ...textsIn(stringData)]);
}

function namedSecrets(value: unknown, depth = 0): unknown[] {
  if (typeof value !== "object" || value === null || depth > DEEPEST) return [];
  return Object.entries(value).flatMap(([name, field]: [string, unknown]) =>
    typeof field === "string" ? (secretName.test(name) ? [field] : []) : namedSecrets(field, depth + 1),
  );
}

function textsIn(value: unknown): string[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.values(value).filter((text) => typeof text === "string");
}

function longEnough(found: readonly unknown[]): string[] {
  return found.filter((secret): secret is string => typeof secret === "string" && secret.length >= SHORTEST);
}
