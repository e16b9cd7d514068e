import type * as Simulators from "@sluice/simulators";
import type { Ledger } from "@sluice/simulators";
import type { SimulateSettings } from "./settings.js";

/** A simulator that runs. */
export interface RunningSimulator {
  readonly url: string;
  readonly ledger: Ledger;
  close(): Promise<void>;
}

/** A provider that can be simulated. */
export interface SimulatedProvider {
  /** As people write it. */
  readonly title: string;
  start(settings: SimulateSettings): Promise<RunningSimulator>;
  /** Two lines of code that point the provider's SDK at an address. */
  snippet(url: string): readonly [string, string];
  /** Whether it publishes limits, which can be switched off and shared with a stranger. @defaultValue true */
  readonly hasLimits?: false;
}

/** What can be simulated, by the name that the command line takes. */
export const simulatedProviders: Readonly<Record<string, SimulatedProvider>> = {
  slack: {
    title: "Slack",
    start: async (settings) => (await simulators()).startSlackSimulator(optionsFrom(settings)),
    snippet: (url) => [
      'import { WebClient } from "@slack/web-api";',
      `const slack = new WebClient("xoxb-any", { slackApiUrl: "${url}" });`,
    ],
  },
  github: {
    title: "GitHub",
    start: async (settings) => (await simulators()).startGitHubSimulator(optionsFrom(settings)),
    snippet: (url) => [
      'import { Octokit } from "@octokit/rest";',
      `const github = new Octokit({ auth: "ghp_any", baseUrl: "${url}" });`,
    ],
  },
  gitlab: {
    title: "GitLab",
    start: async (settings) => (await simulators()).startGitLabSimulator(optionsFrom(settings)),
    snippet: (url) => [
      'import { Gitlab } from "@gitbeaker/rest";',
      `const gitlab = new Gitlab({ token: "glpat-any", host: "${url}" });`,
    ],
  },
  s3: {
    title: "S3",
    start: async (settings) => (await simulators()).startS3Simulator(optionsFrom(settings)),
    snippet: (url) => [
      'import { S3 } from "@aws-sdk/client-s3";',
      `const s3 = new S3({ endpoint: "${url}", region: "us-east-1", credentials: { accessKeyId: "any", secretAccessKey: "any" } });`,
    ],
  },
  keycloak: {
    title: "Keycloak",
    hasLimits: false,
    start: async ({ port, speed, latencyMs }) =>
      (await simulators()).startKeycloakSimulator({ port, speed, latencyMs }),
    snippet: (url) => [
      'import KcAdminClient from "@keycloak/keycloak-admin-client";',
      `const keycloak = new KcAdminClient({ baseUrl: "${url}" }); // then auth() with any client and secret`,
    ],
  },
  kubernetes: {
    title: "Kubernetes",
    start: async (settings) => (await simulators()).startKubernetesSimulator(optionsFrom(settings)),
    snippet: (url) => [
      'import { KubeConfig } from "@kubernetes/client-node";',
      `const config = new KubeConfig(); config.loadFromClusterAndUser({ name: "simulated", server: "${url}", skipTLSVerify: true }, { name: "any", token: "any" });`,
    ],
  },
};

/** Loaded when it is wanted: there is much of it, and the other commands shall begin at once. */
function simulators(): Promise<typeof Simulators> {
  return import("@sluice/simulators");
}

function optionsFrom({ stranger, ...settings }: SimulateSettings) {
  return { ...settings, ...(stranger !== undefined && { stranger: { share: stranger } }) };
}
