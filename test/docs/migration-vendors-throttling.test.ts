import { startGitHubSimulator, startSlackSimulator } from "@sluice/simulators";
import { Octokit } from "@octokit/rest";
import { Registry } from "prom-client";
import { it } from "vitest";
import { rejecting, throttled, waiting } from "../../docs/snippets/migration-throttling.js";

const quiet = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
const ours = () => ({ registry: new Registry(), env: {}, log: quiet });
// A wide margin: on a busy machine a request may take long from its grant to its arrival.
const fast = { minuteMs: 1000, marginMs: 1000 };
const words = ["a", "b", "c", "d", "e", "f"];

it.concurrent("GitHub refuses Octokit alone, and nothing of what the factory sends for the same calls", async ({
  expect,
}) => {
  const settings = { limits: { search: 4 } };
  await using alone = await startGitHubSimulator(settings);
  const octokit = new Octokit({ baseUrl: alone.url, auth: "ghp_docs", log: quiet });
  await Promise.allSettled(words.map((q) => octokit.rest.search.repos({ q })));
  expect(alone.ledger.throttled()).toHaveLength(2);
  await using server = await startGitHubSimulator({ ...settings, speed: 60 });
  const quota = { ...fast, resources: { search: 4 } };
  const told = await throttled({ ...ours(), baseUrl: server.url, auth: "ghp_docs", quota }, words);
  expect(told).toEqual(words.map(() => "200"));
  expect(server.ledger.throttled()).toEqual([]);
});

it.concurrent("a refusal that comes all the same is told to onRetry, waited for and repeated", async ({ expect }) => {
  await using server = await startGitHubSimulator();
  server.failNext({ status: 429, headers: { "retry-after": "1" }, body: { message: "secondary rate limit" } });
  const told = await throttled({ ...ours(), baseUrl: server.url, auth: "ghp_docs" }, ["a"]);
  expect(told).toEqual([expect.stringMatching(/^GET \/search\/repositories again in 1\d\d\d ms$/), "200"]);
});

it.concurrent("Slack refuses the loop around the SDK, and nothing of the loop's heir", async ({ expect }) => {
  const users = words.map((_, n) => `U000000${n + 1}`);
  const settings = { users: 6, limits: { "users.info": 4 } };
  await using alone = await startSlackSimulator({ ...settings, speed: 30 });
  expect(await rejecting({ slackApiUrl: alone.url }, users)).toEqual(users);
  expect(alone.ledger.throttled().length).toBeGreaterThan(0);
  await using server = await startSlackSimulator({ ...settings, speed: 60 });
  const quota = { ...fast, methods: { "users.info": 4 } };
  expect(await waiting({ ...ours(), slackApiUrl: server.url, quota }, users)).toEqual(users);
  expect(server.ledger.throttled()).toEqual([]);
});
