import { ConfigError } from "@sluice/core";

/** Where a Redis is. */
export interface RedisAddress {
  readonly host: string;
  readonly port: number;
  readonly db: number;
  readonly username: string | undefined;
  readonly password: string | undefined;
  readonly tls: boolean;
}

const accepted = 'a URL such as "redis://host:6379", "rediss://user:password@host:6380/0"';

/**
 * Reads a Redis URL.
 *
 * @param option - what the URL came from, for the error.
 * @throws ConfigError for anything else, user and password masked.
 */
export function parseRedisUrl(text: string, option = "url"): RedisAddress {
  const wrong = (): ConfigError => new ConfigError({ option, accepted, value: maskUrl(text) });
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    throw wrong();
  }
  const db = url.pathname.replace(/^\//, "");
  const known = url.protocol === "redis:" || url.protocol === "rediss:";
  if (!known || url.hostname === "" || !/^\d{0,5}$/.test(db) || url.port === "0") throw wrong();
  return {
    host: url.hostname.replace(/^\[(.*)\]$/, "$1"),
    port: url.port === "" ? 6379 : Number(url.port),
    db: db === "" ? 0 : Number(db),
    username: decode(url.username, wrong) || undefined,
    password: decode(url.password, wrong) || undefined,
    tls: url.protocol === "rediss:",
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

function decode(part: string, wrong: () => ConfigError): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw wrong();
  }
}
