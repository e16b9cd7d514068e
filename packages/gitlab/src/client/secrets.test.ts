import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { make, makePlain, newRegistry, rejection } from "../test-support/clients.test-support.js";
import { startServer } from "../test-support/server.test-support.js";

const secret = "glpat-never-to-be-seen";
const profile = "profile-never-to-be-seen";

/** Everything that a log could show of a value. */
function shown(value: unknown): string {
  const texts = [inspect(value, { depth: 12, showHidden: true, maxStringLength: null })];
  if (value instanceof Error)
    texts.push(value.message, value.stack ?? "", shown({ ...value }), shown(value.cause ?? ""));
  try {
    texts.push(JSON.stringify(value) ?? "");
  } catch {
    // Circular: inspected above.
  }
  return texts.join("\n");
}

const credentials = [
  ["token", { token: secret }],
  ["oauthToken", { token: undefined, oauthToken: secret }],
  ["jobToken", { token: undefined, jobToken: secret }],
  ["token function", { token: async () => secret }],
] as const;

describe.each(credentials)("a secret given as %s", (_how, given) => {
  it.each([
    ["a refusal", { status: 403, body: { message: "forbidden" } }],
    ["a refusal that repeats it", { status: 401, body: { message: `bad token ${secret}` } }],
    ["a 429", { status: 429, headers: { "retry-after": "0" } }],
    ["a 502", { status: 502 }],
    ["a dropped connection", { action: "drop" }],
    ["a cut body", { action: "cut", body: { words: "many of them" } }],
    ["a server that hangs", { action: "hang" }],
  ] as const)("shows nowhere after %s", async (_what, answer) => {
    const server = await startServer(() => answer);
    const registry = newRegistry();
    const options = { host: server.host, profileToken: profile, queryTimeout: 100, registry, ...given };
    for (const gitlab of [make({ ...options, retry: false }), makePlain(options)]) {
      const texts = [
        shown(await rejection(gitlab.Projects.show(1))),
        shown(await rejection(gitlab.Issues.create(1, "t"))),
        shown(gitlab),
        shown(gitlab.Projects),
        shown(gitlab.as({ namespace: "n" }).Projects),
        gitlab.hooks.describe(),
        await registry.metrics(),
      ];
      for (const text of texts) expect(text).not.toMatch(/never-to-be-seen/);
    }
  });
});

it("a secret in a query does not show in the request that an error holds", async () => {
  const server = await startServer(() => ({ status: 404 }));
  const gitlab = make({ host: server.host });
  const error = await rejection(gitlab.requester.get("projects", { searchParams: { privateToken: secret } }));
  expect(server.received[0]?.path).toContain(secret);
  expect(shown(error)).not.toContain(secret);
});

it("an error's request can be looked at, its headers too", async () => {
  const server = await startServer(() => ({ status: 404 }));
  const error = await rejection(make({ host: server.host, token: secret }).Issues.create(1, "t"));
  const { request } = error.cause as { request: Request };
  expect([request.method, request.url]).toEqual(["POST", `${server.host}/api/v4/projects/1/issues`]);
  expect(request.headers.get("private-token")).toBe("[secret]");
  expect(request.headers.get("content-type")).toBe("application/json");
});
