import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { expect, it } from "vitest";
import { createHookChain, errorCodes, retry, runCall, withCaller } from "./index.js";

it("the README's example runs as it says", async () => {
  const statuses = [503, 200];
  const server = createServer((_, response) => response.writeHead(statuses.shift() ?? 500).end("things"));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const lines: string[] = [];
  const log = (line: string): unknown => lines.push(line);
  const frozen = false;

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

  server.close();
  expect(lines).toEqual([
    "team-a: GET /things, attempt 1, status 503",
    "team-a: GET /things, attempt 2, status 200",
    "things",
  ]);
});

it("the README lists every error code with its meaning, and no other", () => {
  const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");
  const rows = [...readme.matchAll(/^\| `([A-Z_]+)` +\| (.+?) +\|$/gm)].map(([, code, meaning]) => [code, meaning]);
  expect(rows).toEqual(Object.entries(errorCodes));
});
