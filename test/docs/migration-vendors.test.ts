import { KubeConfig } from "@kubernetes/client-node";
import { LogLevel } from "@slack/web-api";
import {
  manualClock,
  startGitHubSimulator,
  startGitLabSimulator,
  startKeycloakSimulator,
  startKubernetesSimulator,
  startS3Simulator,
  startSlackSimulator,
} from "@sluice/simulators";
import { Registry } from "prom-client";
import { describe, it } from "vitest";
import * as aws from "../../docs/snippets/migration-bare-aws.js";
import * as github from "../../docs/snippets/migration-bare-github.js";
import * as gitlab from "../../docs/snippets/migration-bare-gitlab.js";
import * as keycloak from "../../docs/snippets/migration-bare-keycloak.js";
import * as kubernetes from "../../docs/snippets/migration-bare-kubernetes.js";
import * as slack from "../../docs/snippets/migration-bare-slack.js";
import { stages } from "../../docs/snippets/migration-bare-stages.js";

const work = (count: number, start = ""): string[] => Array.from({ length: count }, (_, n) => `${start}${n + 1}`);
/** A simulated minute is a second, so that limits per minute fill and empty in a test. */
const speed = 60;
// A wide margin: on a busy machine a request may take long from its grant to its arrival.
const fast = { minuteMs: 1000, marginMs: 1000 };
/** All of them share the processor. */
const slow = { timeout: 60_000 };
const quiet = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
const ours = () => ({ registry: new Registry(), env: {}, log: quiet });

describe("the same work, first with the SDK alone and then with ours, is refused then and not now:", slow, () => {
  it.concurrent("Slack, whose SDK waits and tries again in each process", async ({ expect }) => {
    const users = work(8, "U000000");
    const settings = { users: 8, limits: { "users.info": 5 } };
    await using alone = await startSlackSimulator({ ...settings, speed: speed / 2 });
    expect(await slack.before({ slackApiUrl: alone.url, logLevel: LogLevel.ERROR }, users)).toBe(8);
    expect(alone.ledger.throttled().length).toBeGreaterThan(0);
    await using server = await startSlackSimulator({ ...settings, speed });
    const quota = { ...fast, methods: { "users.info": 5 } };
    expect(await slack.after({ slackApiUrl: server.url, ...ours(), quota }, users)).toBe(8);
    expect(server.ledger.throttled()).toEqual([]);
  });

  it.concurrent("GitHub, whose SDK hands refusals to the caller", async ({ expect }) => {
    const settings = { limits: { search: 5 } };
    await using alone = await startGitHubSimulator(settings);
    expect(await github.before({ baseUrl: alone.url, log: quiet }, work(8))).toBe(5);
    expect(alone.ledger.throttled()).toHaveLength(3);
    await using server = await startGitHubSimulator({ ...settings, speed });
    const quota = { ...fast, resources: { search: 5 } };
    expect(await github.after({ baseUrl: server.url, ...ours(), quota }, work(8))).toBe(8);
    expect(server.ledger.throttled()).toEqual([]);
  });

  it.concurrent("GitLab, whose SDK tries again at once and often", async ({ expect }) => {
    const settings = { projects: 1, limits: { issueCreation: 5 } };
    // Its windows begin with the wall clock's minutes; none ends while the SDK tries again.
    await using alone = await startGitLabSimulator({ ...settings, wallClock: manualClock() });
    expect(await gitlab.before({ host: alone.url }, work(8))).toBe(5);
    expect(alone.ledger.throttled().length).toBeGreaterThan(8);
    await using server = await startGitLabSimulator({ ...settings, speed });
    const quota = { ...fast, endpoints: { issueCreation: 5 } };
    expect(await gitlab.after({ host: server.url, ...ours(), quota }, work(8))).toBe(8);
    expect(server.ledger.throttled()).toEqual([]);
  });

  it.concurrent("S3, whose SDK tries again in each process", async ({ expect }) => {
    const credentials = { accessKeyId: "any", secretAccessKey: "any" };
    const options = { region: "us-east-1", forcePathStyle: true, credentials };
    await using alone = await startS3Simulator({ buckets: ["reports"], limits: { writesPerSecond: 1 } });
    await aws.before({ endpoint: alone.url, ...options }, work(8, "2026/"));
    expect(alone.ledger.throttled().length).toBeGreaterThan(0);
    await using server = await startS3Simulator({ buckets: ["reports"], limits: { writesPerSecond: 5 } });
    const quota = { marginMs: 1000, s3: { writes: 5 } };
    expect(await aws.after({ endpoint: server.url, ...options, ...ours(), quota }, work(8, "2026/"))).toBe(8);
    expect(server.ledger.throttled()).toEqual([]);
  });

  it.concurrent("Keycloak behind a proxy with a limit, whose SDK hands refusals to the caller", async ({ expect }) => {
    const realms = ["shop"];
    await using alone = await startKeycloakSimulator({ realms, limit: { perSecond: 0.1, burst: 5 } });
    // One of the five is the login.
    expect(await keycloak.before({ baseUrl: alone.url }, work(12))).toBe(4);
    expect(alone.ledger.throttled().length).toBeGreaterThan(0);
    await using server = await startKeycloakSimulator({ realms, limit: { perSecond: 10, burst: 10 } });
    const quota = { global: { refillRate: 6, burst: 4 } };
    expect(await keycloak.after({ baseUrl: server.url, ...ours(), quota }, work(12))).toBe(12);
    expect(server.ledger.throttled()).toEqual([]);
  });

  it.concurrent("Kubernetes, whose SDK hands refusals to the caller", async ({ expect }) => {
    await using alone = await startKubernetesSimulator({ limit: { perSecond: 1, burst: 5 }, speed: 0.1 });
    expect(await kubernetes.before(configOf(alone), work(12, "map-"))).toBe(5);
    expect(alone.ledger.throttled().length).toBeGreaterThan(0);
    await using server = await startKubernetesSimulator({ limit: { perSecond: 10, burst: 10 } });
    const quota = { refillRate: 6, burst: 4 };
    expect(await kubernetes.after(configOf(server), work(12, "map-"), { ...ours(), quota })).toBe(12);
    expect(server.ledger.throttled()).toEqual([]);
  });
});

function configOf(server: { kubeConfig(): string }): KubeConfig {
  const kubeConfig = new KubeConfig();
  kubeConfig.loadFromString(server.kubeConfig());
  return kubeConfig;
}

it("each stage of a roll-out limits what it says", async ({ expect }) => {
  const clients = stages("ghp_docs", ours());
  expect(clients.map(({ mode }) => mode)).toEqual(["disabled", "shadow", "enforce", "enforce"]);
  const words = clients.map((client) => client.limits().explain("repos.get").text);
  expect(words[0]).toContain("Nothing limits");
  expect(words[1]).toContain("5000");
  expect(words[2]).toContain("2500");
  expect(words[3]).toContain("5000");
  await Promise.all(clients.map((client) => client.close()));
});
