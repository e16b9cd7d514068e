// #region imports
import { createHookChain, retry, runCall, withCaller } from "@sluice/core";
// #endregion

/** A call through a chain that says what happened to it. */
export async function called(url: string, log: (line: string) => unknown, frozen: boolean): Promise<void> {
  // #region chain
  const chain = createHookChain({
    hooks: [
      retry({ maxRetries: 3 }),
      {
        name: "audit",
        after: ({ operation, attempt, caller }, { status }) =>
          log(`${caller?.namespace}: ${operation}, attempt ${attempt}, status ${status}`),
      },
    ],
  });
  chain.add({
    name: "freeze",
    stage: "call",
    before: ({ access }) => {
      if (access === "write" && frozen) throw new Error("No writes today"); // a veto: nothing is sent
    },
  });

  const things = { provider: "acme", account: "main", operation: "GET /things", timeoutMs: 30_000 };
  const response = await withCaller({ namespace: "team-a" }, () =>
    runCall(chain, things, (call) => chain.run("attempt", call, ({ signal }) => fetch(url, { signal }))),
  );
  log(await response.text());
  // #endregion
}
