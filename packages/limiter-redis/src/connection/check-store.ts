import { Cluster } from "ioredis";
import type { RedisClient } from "./client.js";
import { infoOf, missingRights, rightsMessage } from "./rights.js";

/**
 * Looks for what would show only later, on a rare path or under load: rights that are missing, and a Redis that evicts.
 *
 * @returns what is wrong, in words for people. @throws what the client throws when Redis does not answer.
 */
export async function checkStore(client: RedisClient, prefix: string): Promise<readonly string[]> {
  const missing = await missingRights(client, prefix);
  const policies = missing.includes("+info") ? [] : (await infoOf(client)).map(policyOf);
  const evicting = policies.find((policy) => policy !== undefined && policy !== "noeviction");
  return [
    ...(missing.length === 0 ? [] : [rightsMessage(missing)]),
    ...(evicting === undefined ? [] : [evictionMessage(evicting)]),
    ...(resends(client) ? [resendMessage] : []),
  ];
}

/** A client of the user's that sends again what a cut connection left unanswered: the server may have run it already. */
function resends(client: RedisClient): boolean {
  const options = client instanceof Cluster ? (client.options.redisOptions ?? {}) : client.options;
  return options.autoResendUnfulfilledCommands !== false && options.maxRetriesPerRequest !== 0;
}

const resendMessage =
  "The Redis client that was handed in sends commands again after a cut connection, so that one call may take its tokens twice. Set maxRetriesPerRequest to 0 on it, or hand in a URL";

function policyOf(info: string): string | undefined {
  return /^maxmemory_policy:([\w-]+)/m.exec(info)?.[1];
}

/** Says what is wrong and how it is put right. */
export function evictionMessage(policy: string): string {
  return `Redis evicts keys when its memory is full (maxmemory-policy ${policy}): limits would begin anew and locks be lost. Set maxmemory-policy noeviction, or use a Redis that holds nothing else`;
}
