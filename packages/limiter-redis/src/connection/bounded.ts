import { StoreUnavailableError } from "@sluice/core";
import { DatabaseRefusedError } from "./database.js";
import { deadlinesOf } from "./deadlines.js";

/**
 * Settles with what is asked or, after `timeoutMs`, with a StoreUnavailableError. Client errors hold commands and passwords, so
 * none is passed on, not even as a cause.
 *
 * @param ask - told until when it may take, as it stands at that moment.
 * @param what - what is asked for, in words that people may read.
 * @param answers - how many it takes, one after the other.
 * @param place - where Redis is, for errors that nobody names it with.
 */
export function bounded<Value>(
  ask: (untilMs: () => number) => Promise<Value>,
  timeoutMs: number,
  what: string,
  answers: "one" | "several" = "one",
  place?: string,
): Promise<Value> {
  return new Promise((resolve, reject) => {
    const deadline = deadlinesOf(timeoutMs, answers).start(() => reject(tooSlow(what, timeoutMs, place)));
    ask(deadline.atMs).then(
      (value) => (deadline.end(), resolve(value)),
      (error: unknown) => (deadline.end(), reject(failedAt(what, error, place))),
    );
  });
}

/** No answer in time. */
export function tooSlow(what: string, timeoutMs: number, place?: string): StoreUnavailableError {
  return new StoreUnavailableError(`${redisAt(place)} did not answer ${what} within ${timeoutMs} ms`);
}

/** The client's error in words that are safe to show. */
export function failedAt(what: string, error: unknown, place?: string): StoreUnavailableError {
  return new StoreUnavailableError(`${redisAt(place)} ${failure(what, error)}`);
}

function redisAt(place: string | undefined): string {
  return place === undefined ? "Redis" : `Redis at ${place}`;
}

/** Without a connection it does not matter what was asked for. */
function failure(what: string, error: unknown): string {
  if (!(error instanceof Error)) return `failed at ${what}: unknown`;
  if (error instanceof DatabaseRefusedError) return error.message;
  const { message, name } = error;
  const { code } = error as { code?: unknown };
  if (typeof code === "string")
    return ofTls.test(code)
      ? `failed at TLS: ${code}`
      : ofNetwork.test(code)
        ? `does not answer: ${code}`
        : `failed at ${what}: ${code}`;
  // What a script may not do has no code of its own.
  if (/user executing the script|ACL failure in script/i.test(message)) return `refused ${what}: NOPERM`;
  const word = /^([A-Z]{2,})(?= )/.exec(message)?.[1];
  if (word === "NOAUTH" || word === "WRONGPASS")
    return `refused the login: ${word}: the user or password is missing or wrong`;
  if (word !== undefined) return `refused ${what}: ${word}`;
  const unconnected = clientsWords.find(([pattern]) => pattern.test(`${name}: ${message}`))?.[1];
  return unconnected === undefined ? `failed at ${what}: ${name}` : `does not answer: ${unconnected}`;
}

const ofTls = /CERT|SSL|TLS|SIGN/;
const ofNetwork = /^E(?!RR_)[A-Z_\d]+$/;

/** How the client says that there is no connection, and how we do. */
const clientsWords: readonly (readonly [RegExp, string])[] = [
  [/: Connection is closed\.$|: Stream isn't writeable|: (Cluster|Node) is(n't ready| disconnect)/, "not connected"],
  [/^ClusterAllFailedError|: None of startup nodes/, "no node of the cluster can be used"],
  [/: All sentinels are unreachable/, "no Sentinel names a server"],
];
