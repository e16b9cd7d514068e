import type { Redis } from "ioredis";
import type { Duplex } from "node:stream";
import type { RedisClient } from "./client.js";
import { outlastOwnStallsConnecting } from "./own-stalls.js";

/**
 * Keeps errors without a listener from ending the process: those that the client tells, which show in the commands, and the second one
 * of a connection. The client listens for one, and TLS may have two to tell: that a certificate is not trusted, and then what arrived
 * after it. To be called before the client connects.
 */
export function outliveErrors(client: RedisClient): void {
  if (client.isCluster) client.on("error", ignore).on("+node", outliveOf);
  else outliveOf(client as Redis);
}

/** The same for a client that may be connecting already. */
export function outliveOf(client: Redis): void {
  // A connection whose making had begun has had its first error only when the client tells.
  client.on("error", () => client.stream?.on("error", ignore));
  const connector = Object(Reflect.get(client, "connector")) as Connector;
  const { connect } = connector;
  if (connect === undefined) return;
  // And what was connected while this process stood still counts as connected.
  connector.connect = async (...told) =>
    outlastOwnStallsConnecting(await connect.apply(connector, told)).on("error", ignore);
}

/** What the client makes its connections with; its own and not among its types. */
interface Connector {
  connect?: (...told: unknown[]) => Promise<Duplex>;
}

function ignore(): void {}
