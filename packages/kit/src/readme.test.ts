import { classifyHttp, parseRetryAfter, readReply, runCall, systemClock } from "@sluice/core";
import { createLimiter, memoryStore, tokenBucket } from "@sluice/limiter";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, it } from "vitest";
import { type ApiOptions, assemble } from "./index.js";
import { Registry } from "./users-own.test-support.js";

it("the README's example runs as it says", async () => {
  const answers = [429, 200];
  const sentMs: number[] = [];
  const server = createServer((_, response) => {
    sentMs.push(performance.now());
    response.writeHead(answers.shift() ?? 500, { "retry-after": "1" }).end("things");
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  // #region vendor
  const perSecond = tokenBucket({ refillRate: 10, burst: 20 });

  function createAcmeApi(account: string, options: ApiOptions = {}) {
    const { hooks, timeoutMs, close } = assemble(options, {
      provider: "acme",
      knownOperations: ["GET /things"],
      quota: () => [{ bucket: "requests", limit: perSecond }],
      classify: classifyHttp,
      // A 429 pauses the account in the whole fleet.
      feedback: (_call, settled) => {
        const { status, headers } = readReply("result" in settled ? settled.result : settled.error);
        const said = parseRetryAfter(status === 429 ? headers?.get("retry-after") : null, systemClock.wallNow());
        return said.kind === "delay" ? { retryAfterMs: said.delayMs } : undefined;
      },
    });
    return {
      hooks,
      close,
      things: () =>
        runCall(hooks, { provider: "acme", account, operation: "GET /things", timeoutMs }, (call) =>
          hooks.run("attempt", call, ({ signal }) => fetch(url, { signal })),
        ),
    };
  }
  // #endregion

  const limiter = createLimiter({ store: memoryStore() });
  const acme = createAcmeApi("main", { registry: new Registry(), limiter });
  const response = await acme.things();
  expect(await response.text()).toBe("things");
  await acme.close();
  await limiter.close();
  server.close();
  expect(sentMs).toHaveLength(2);
  expect(Number(sentMs[1]) - Number(sentMs[0])).toBeGreaterThan(950);
});
