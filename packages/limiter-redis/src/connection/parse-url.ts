import { ConfigError } from "@sluice/core";

/** One server. */
export interface RedisHost {
  readonly host: string;
  readonly port: number;
}

/** Where a Redis is. */
export interface RedisAddress {
  /** One server, one found by Sentinels, or a cluster. */
  readonly kind: "single" | "sentinel" | "cluster";
  /** The server, the Sentinels, or some nodes of the cluster. */
  readonly hosts: readonly RedisHost[];
  /** What the Sentinels call it. */
  readonly name: string | undefined;
  /** Always 0 in a cluster. */
  readonly db: number;
  readonly username: string | undefined;
  readonly password: string | undefined;
  readonly tls: boolean;
}

const accepted =
  'a URL such as "redis://host:6379", "rediss://user:password@host:6380/0", "redis+sentinel://host1,host2:26379/name", "redis+cluster://host1,host2"';
const acceptedOfClusters = `${accepted}; a cluster has no database but 0`;
const schemes = { redis: "single", "redis+sentinel": "sentinel", "redis+cluster": "cluster" } as const;
const ports = { single: 6379, sentinel: 26_379, cluster: 6379 } as const;
const LARGEST_PORT = 65_535;

/**
 * Reads a Redis URL: `redis://[user:password@]host[:port][/db]`, `redis+sentinel://host[:port],…/name[/db]` and
 * `redis+cluster://host[:port],…`; with `rediss` in place of `redis` over TLS. User, password and name are percent-encoded.
 *
 * @param option - what the URL came from, for the error.
 * @throws ConfigError for anything else, user and password masked.
 */
export function parseRedisUrl(text: string, option = "url"): RedisAddress {
  const wrong = (what = accepted): ConfigError => new ConfigError({ option, accepted: what, value: maskUrl(text) });
  const split = /^(rediss?)(\+sentinel|\+cluster)?:\/\/(?:([^/]*)@)?([^/?#@]*)(?:\/([^?#]*))?$/.exec(String(text));
  if (split === null) throw wrong();
  const [, scheme, how = "", login = "", list = "", path = ""] = split;
  const kind = schemes[`redis${how}` as keyof typeof schemes];
  const colon = login.indexOf(":");
  const [user, password] = colon === -1 ? [login, ""] : [login.slice(0, colon), login.slice(colon + 1)];
  const hosts = list.split(",").map((one) => hostOf(one, ports[kind], wrong));
  if (kind === "single" && hosts.length > 1) throw wrong();
  const [name, db] = kind === "sentinel" ? nameAndDb(path, wrong) : [undefined, path];
  if (!/^\d{0,5}$/.test(db)) throw wrong();
  if (kind === "cluster" && db !== "" && db !== "0") throw wrong(acceptedOfClusters);
  return {
    kind,
    hosts,
    name,
    db: db === "" ? 0 : Number(db),
    username: decode(user, wrong) || undefined,
    password: decode(password, wrong) || undefined,
    tls: scheme === "rediss",
  };
}

/** The URL without its user and password, for people to read. */
export function maskUrl(text: unknown): unknown {
  if (typeof text !== "string") return text;
  // Everything between the scheme and the last @, since a password may hold any character; what looks like a password without a
  // host; and the query, where some put it.
  return text
    .replace(/^([a-z][a-z0-9+.-]*:\/\/)?.*@/is, "$1***@")
    .replace(/^([a-z][a-z0-9+.-]*:\/\/):[^@]*$/is, "$1***")
    .replace(/\?.*$/s, "?***");
}

/** The place in words, without user and password. */
export function placeOf({ kind, hosts, name }: RedisAddress): string {
  const list = hosts.map(({ host, port }) => `${host.includes(":") ? `[${host}]` : host}:${port}`).join(", ");
  if (kind === "single") return list;
  return kind === "sentinel" ? `${name} (by the Sentinels at ${list})` : `the cluster of ${list}`;
}

function hostOf(text: string, defaultPort: number, wrong: () => ConfigError): RedisHost {
  const [, bracketed, plain, digits] = /^(?:\[([\da-f:.%]+)\]|([^\s:[\]]+))(?::(\d{1,5}))?$/i.exec(text) ?? [];
  const host = bracketed ?? plain;
  const port = digits === undefined ? defaultPort : Number(digits);
  if (host === undefined || port < 1 || port > LARGEST_PORT) throw wrong();
  return { host, port };
}

function nameAndDb(path: string, wrong: () => ConfigError): readonly [string, string] {
  const [name = "", db = "", more] = path.split("/");
  if (name === "" || more !== undefined) throw wrong();
  return [decode(name, wrong), db];
}

function decode(part: string, wrong: () => ConfigError): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw wrong();
  }
}
