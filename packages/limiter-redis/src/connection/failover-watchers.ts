import { Redis } from "ioredis";
import type { RedisClient } from "./client.js";

/**
 * The clients by which this one hears from the Sentinels of a failover; it makes new ones each time it connects. None where there are
 * no Sentinels.
 */
export function failoverWatchers(client: RedisClient): Redis[] {
  const sentinels = detectorOf(client)?.sentinels;
  return Array.isArray(sentinels) ? sentinels.map((sentinel: { readonly client: Redis }) => sentinel.client) : [];
}

/**
 * Ends the watchers with the connection that they belong to. Otherwise they hear of the failover while the client looks for the new
 * primary, break that off, and the client ends for good.
 */
export function endFailoverWatchers(client: RedisClient): void {
  client.on("close", () => detectorOf(client)?.cleanup?.());
}

interface Detector {
  readonly sentinels?: unknown;
  readonly cleanup?: () => void;
}

/** Of the client's own making and not among its types. */
function detectorOf(client: RedisClient): Detector | undefined {
  if (!(client instanceof Redis)) return undefined;
  const { failoverDetector } = Object(Reflect.get(client, "connector")) as { failoverDetector?: Detector | null };
  return failoverDetector ?? undefined;
}
