import type { ConnectionOptions } from "node:tls";
import { anObject, ConfigError, positive } from "@sluice/core";
import { isRedisClient, type RedisClient } from "./client.js";
import { parseRedisUrl, placeOf, type RedisAddress } from "./parse-url.js";

/** Where a Redis is and how to speak to it. Exactly one of `url` and `client`. */
export interface RedisConnectionOptions {
  /**
   * `redis://host`, `redis+sentinel://host1,host2/name` or `redis+cluster://host1,host2`, with user, password, ports and database where
   * needed; `rediss…` for TLS. Connects on first use. All that name the same one in a process share its connection.
   */
  readonly url?: string;
  /** A client of ioredis that you own; it is never closed. */
  readonly client?: RedisClient;
  /** In place of the URL's. */
  readonly username?: string;
  /** In place of the URL's; a function is asked anew for each connection, for passwords that change. Never shown. */
  readonly password?: string | (() => string | Promise<string>);
  /** Authorities, certificates and keys for `rediss` URLs, as `node:tls` takes them. */
  readonly tls?: ConnectionOptions;
  /** Password of the Sentinels, where they have one of their own. */
  readonly sentinelPassword?: string;
  /**
   * Longest wait for one answer.
   * Unit: milliseconds. Range: > 0.
   *
   * @defaultValue 500
   */
  readonly commandTimeoutMs?: number;
  /** Begins every key. Range: 1 to 64 letters, digits, `_`, `-`, `.`. @defaultValue `"sluice"` */
  readonly prefix?: string;
}

/** Complete and checked. */
export interface RedisConnectionConfig {
  readonly source: RedisSource;
  readonly commandTimeoutMs: number;
  readonly prefix: string;
  /** The place in words, for people to read. */
  readonly place: string;
}

/** A client of the user's, or what it takes to open one. */
export type RedisSource = { readonly client: RedisClient } | RedisTarget;

/** What it takes to open a client. */
export interface RedisTarget {
  readonly url: string;
  readonly address: RedisAddress;
  readonly username: string | undefined;
  readonly password: string | (() => string | Promise<string>) | undefined;
  readonly tls: ConnectionOptions | undefined;
  readonly sentinelPassword: string | undefined;
}

/**
 * Checks options before anything is opened.
 *
 * @throws ConfigError naming the option that is out of range; passwords do not show in it.
 */
export function checkConnection(options: RedisConnectionOptions): void {
  resolveConnection(options);
}

/** @throws ConfigError naming the option that is out of range; passwords do not show in it. */
export function resolveConnection(options: RedisConnectionOptions): RedisConnectionConfig {
  const { prefix = "sluice" } = anObject("options", options, "{ url } or { client }");
  if (typeof prefix !== "string" || !/^[\w.-]{1,64}$/.test(prefix)) {
    throw new ConfigError({ option: "prefix", accepted: "1 to 64 letters, digits, _, - or .", value: prefix });
  }
  const source = sourceOf(options);
  return {
    source,
    commandTimeoutMs: positive("commandTimeoutMs", options.commandTimeoutMs ?? 500),
    prefix,
    place: "client" in source ? "the given client" : placeOf(source.address),
  };
}

function sourceOf(options: RedisConnectionOptions): RedisSource {
  const { url, client, username, password, tls, sentinelPassword } = options;
  if ((url === undefined) === (client === undefined)) {
    throw new ConfigError({
      option: "url or client",
      accepted: "exactly one of them",
      value: url === undefined ? undefined : "both",
    });
  }
  if (client !== undefined) {
    if (isRedisClient(client)) return { client };
    throw new ConfigError({ option: "client", accepted: "a client of ioredis", value: client });
  }
  const address = parseRedisUrl(url as string);
  if (password !== undefined && typeof password !== "string" && typeof password !== "function")
    throw new ConfigError({ option: "password", accepted: "a text, or a function that gives one", value: "[secret]" });
  if (tls !== undefined && !address.tls)
    throw new ConfigError({ option: "tls", accepted: "left out unless the URL begins with rediss", value: tls });
  return {
    url: url as string,
    address,
    username: username ?? address.username,
    password: password ?? address.password,
    tls,
    sentinelPassword,
  };
}
