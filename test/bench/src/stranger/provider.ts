import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Bound } from "@sluice/test/fleet";
import { nowUs } from "../clock.js";

/** A request that reached the provider. */
export interface Seen {
  readonly atUs: number;
  readonly refused: boolean;
}

/** An HTTP server that counts exactly, answers 429 with a Retry-After of whole seconds, and has another customer on the same quota. */
export interface Provider extends AsyncDisposable {
  readonly url: string;
  readonly seen: readonly Seen[];
  /** What the stranger takes from now on, unseen. Unit: tokens per second. */
  setStranger(perSecond: number): void;
}

const ANSWER_MS = 10;

export async function startProvider({ refillRate, burst }: Bound): Promise<Provider> {
  const seen: Seen[] = [];
  let tokens = burst;
  let strangerRate = 0;
  let lastUs = nowUs();
  /** The stranger takes all the time and takes first, as one who has been there longer would. */
  const tick = (): number => {
    const us = nowUs();
    tokens = Math.min(burst, tokens + ((us - lastUs) / 1e6) * (refillRate - strangerRate));
    lastUs = us;
    return us;
  };
  const server = createServer((request, response) => {
    request.resume();
    const atUs = tick();
    const refused = tokens < 1;
    if (!refused) tokens -= 1;
    seen.push({ atUs, refused });
    const retryAfterS = Math.max(1, Math.ceil((1 - tokens) / refillRate));
    setTimeout(() => {
      response.writeHead(refused ? 429 : 200, refused ? { "retry-after": String(retryAfterS) } : {});
      response.end("{}");
    }, ANSWER_MS);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/`,
    seen,
    setStranger(perSecond) {
      tick();
      strangerRate = perSecond;
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
