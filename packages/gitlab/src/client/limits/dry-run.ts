import { resourcesOf } from "../methods.js";

/** A request that a method would send. */
export interface DryRequest {
  /** Upper case. */
  readonly verb: string;
  /** Below `/api/v4/`, without the query. */
  readonly path: string;
}

type Method = (...args: readonly unknown[]) => unknown;

/**
 * The requests that a method of the SDK begins with, told by the method itself: it runs against a requester that sends nothing and never
 * answers. None for a method that asks for more than these arguments, or for something first.
 *
 * @param args - what is missing is filled in as `{id}`, `{argument2}` and so on.
 */
export function dryRun(
  client: object,
  resourceName: string,
  method: string,
  args: readonly unknown[],
): readonly DryRequest[] {
  if (args.length > 0) return recorded(client, resourceName, method, args);
  // The SDK warns of methods that GitLab will remove; once is enough.
  const name = `${resourceName}.${method}`;
  const known = withoutArguments.get(name) ?? recorded(client, resourceName, method, args);
  withoutArguments.set(name, known);
  return known;
}

/** What the methods of the SDK that is installed send; the same for every client. */
const withoutArguments = new Map<string, readonly DryRequest[]>();

function recorded(
  client: object,
  resourceName: string,
  method: string,
  args: readonly unknown[],
): readonly DryRequest[] {
  const resource = resourcesOf(client).find(([name]) => name === resourceName)?.[1];
  const original = resource === undefined ? undefined : Reflect.get(resource, method);
  if (resource === undefined || typeof original !== "function") return [];
  for (const fill of [placeholders, files]) {
    const sent: DryRequest[] = [];
    const headers = { ...(Reflect.get(resource, "headers") as object | undefined) };
    // A view, with headers of its own: some methods change them.
    const view: unknown = Object.assign(Object.create(Object.getPrototypeOf(resource) as object), resource, {
      headers,
      requester: recorder(sent),
    });
    quietly(() => (original as Method).apply(view, [...args, ...fill.slice(args.length)]));
    if (sent.length > 0) return sent;
  }
  return [];
}

const MOST_ARGUMENTS = 5;
const placeholders = Array.from({ length: MOST_ARGUMENTS }, (_, index) =>
  index === 0 ? "{id}" : `{argument${index + 1}}`,
);

/** Stands for options and files alike, for methods that ask more of their arguments; in a path it is the first argument. */
const anything: unknown = Object.assign(Object.create({ toString: () => "{id}", split: () => ["{id}"] }) as object, {
  ...Object.fromEntries(
    ["project", "group", "environment", "key", "runner", "user", "job"].map((name) => [`${name}Id`, `{${name}Id}`]),
  ),
  color: "#000000",
  filename: "file",
  content: new Blob([]),
});
const files = Array.from({ length: MOST_ARGUMENTS }, () => anything);

function recorder(sent: DryRequest[]): object {
  const by = (verb: string) => (endpoint: string) => {
    sent.push({ verb, path: withBraces(endpoint) });
    return new Promise(() => {});
  };
  return { get: by("GET"), post: by("POST"), put: by("PUT"), patch: by("PATCH"), delete: by("DELETE") };
}

/** The SDK encodes what it puts into a path. */
function withBraces(endpoint: string): string {
  return endpoint.replaceAll("%7B", "{").replaceAll("%7D", "}");
}

/** What it throws, at once or later, is about arguments that nobody gave. */
function quietly(run: () => unknown): void {
  try {
    void Promise.resolve(run()).catch(() => {});
  } catch {}
}
