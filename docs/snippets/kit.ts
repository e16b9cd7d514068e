// #region vendor
import { classifyHttp, parseRetryAfter, readReply, runCall, systemClock } from "@sluice/core";
import { type ApiOptions, assemble } from "@sluice/kit";
import { tokenBucket } from "@sluice/limiter";

const perSecond = tokenBucket({ refillRate: 10, burst: 20 });

export function createAcmeApi(account: string, url: string, options: ApiOptions = {}) {
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
