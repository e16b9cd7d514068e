import type { Store, TakeReply, TakeRequest } from "@sluice/limiter";
import type { Connection } from "./network.js";
import type { SignsOfLife } from "./signs-of-life.js";
import type { StoreServer } from "./store-server.js";
import type { VirtualClock } from "./virtual-clock.js";

interface Asked {
  readonly request: TakeRequest;
  readonly resolve: (reply: TakeReply) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * The store as one virtual process reaches it: over a connection, with every answer a round trip away. As in the store for Redis,
 * questions of one turn and scope travel in one command, and the latency it reports is twice the usual answer and a timer's grain.
 */
export function createRemoteStore(
  clock: VirtualClock,
  server: StoreServer,
  connection: Connection,
  signs: SignsOfLife,
): Store {
  const { store } = server;
  let latencyMs = 1;
  let asked = new Map<string, Asked[]>();

  /** Runs something at the server; the promise moves when the answer is back. */
  const command = <Value>(scope: string, run: () => Value | Promise<Value>): Promise<Value> =>
    new Promise((resolve, reject) => {
      const sentMs = clock.now();
      const answer = (deliver: () => void): void =>
        connection.back(() => {
          latencyMs += (clock.now() - sentMs - latencyMs) / 8;
          signs.keep();
          deliver();
        });
      connection.there(() =>
        server.run(scope, () => {
          try {
            const value = run();
            answer(() => resolve(value));
          } catch (error) {
            answer(() => reject(error));
          }
        }),
      );
    });
  const flush = (): void => {
    const batches = asked;
    asked = new Map();
    for (const [scope, batch] of batches) {
      void command(scope, () => batch.map(({ request }) => attempt(() => server.take(request)))).then((answers) => {
        for (const [index, { resolve, reject }] of batch.entries()) {
          const answer = answers[index] as Attempt<TakeReply>;
          if ("value" in answer) resolve(answer.value);
          else reject(answer.error);
        }
      });
    }
  };

  return {
    get latencyMs() {
      return latencyMs * 2 + 1;
    },
    get peers() {
      return signs.peers;
    },
    take: (request) =>
      new Promise((resolve, reject) => {
        // An event of this very instant comes after all that this turn sets going.
        if (asked.size === 0) clock.post(flush, clock.now());
        const batch = asked.get(request.scope);
        if (batch === undefined) asked.set(request.scope, [{ request, resolve, reject }]);
        else batch.push({ request, resolve, reject });
      }),
    giveBack: (request) => command(request.scope, () => store.giveBack(request)),
    landed: (request) => command(request.scope, () => store.landed(request)),
    renew: (request) => command(request.scope, () => store.renew?.(request) ?? false),
    observe: (request) => command(request.scope, () => store.observe(request)),
    onPause: (scope, listener) => store.onPause(scope, (pause) => connection.back(() => listener(pause))),
    onRelease: (scope, listener) =>
      store.onRelease?.(scope, (buckets) => connection.back(() => listener(buckets))) ?? (() => {}),
    close: async () => signs.stop(),
  };
}

type Attempt<Value> = { readonly value: Value } | { readonly error: unknown };

function attempt<Value>(act: () => Value): Attempt<Value> {
  try {
    return { value: act() };
  } catch (error) {
    return { error };
  }
}
