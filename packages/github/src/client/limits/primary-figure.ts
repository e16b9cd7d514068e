import type { ResourceName } from "../../operations/resource.js";
import type { Figure } from "../../quota/figure.js";
import { graphqlLimits, primaryLimits, resourceLimits } from "../../quota/generated/limits.js";
import type { TierName } from "../../quota/tiers.js";

/** The published figure of a resource for a tier; undefined where nothing is published, or nothing holds. */
export function primaryFigure(name: ResourceName, tier: TierName): Figure | undefined {
  if (tier === "none") return undefined;
  if (name === "core") return primaryLimits[coreKeys[tier]];
  if (name === "graphql") return graphqlKeys[tier] === undefined ? undefined : graphqlLimits[graphqlKeys[tier]];
  const figure: Figure = resourceLimits[name];
  return tier === "unauthenticated" && figure.unauthenticated !== undefined
    ? { ...figure, value: figure.unauthenticated, scope: "per source IP address" }
    : figure;
}

type Published = Exclude<TierName, "none">;

/** As in `githubTiers`. */
const coreKeys: Readonly<Record<Published, keyof typeof primaryLimits>> = {
  user: "user",
  enterprise: "userViaEnterpriseCloudApp",
  installation: "appInstallationMinimum",
  "installation-enterprise": "appInstallationEnterpriseCloud",
  "oauth-app": "oauthAppClientCredentials",
  "oauth-app-enterprise": "oauthAppClientCredentialsEnterpriseCloud",
  actions: "actionsGithubToken",
  "actions-enterprise": "actionsGithubTokenEnterpriseCloud",
  unauthenticated: "unauthenticated",
};

const graphqlKeys: Readonly<Record<Published, keyof typeof graphqlLimits | undefined>> = {
  user: "user",
  enterprise: "userViaEnterpriseCloudApp",
  installation: "appInstallation",
  "installation-enterprise": "appInstallationEnterpriseCloud",
  "oauth-app": "oauthAppClientCredentials",
  "oauth-app-enterprise": "oauthAppClientCredentials",
  actions: "actionsGithubToken",
  "actions-enterprise": "actionsGithubToken",
  unauthenticated: undefined,
};
