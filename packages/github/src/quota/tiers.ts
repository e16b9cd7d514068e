import { graphqlLimits, primaryLimits } from "./generated/limits.js";

/** What one kind of credential may ask in an hour. */
export interface Tier {
  /** Requests to `core`. */
  readonly core: number;
  /** Points of GraphQL; undefined where it cannot be asked. */
  readonly graphql: number | undefined;
}

/** The published tiers by kind of credential. */
export const githubTiers = {
  /** A person's token, or an app acting for one. */
  user: { core: primaryLimits.user.value, graphql: graphqlLimits.user.value },
  /** The same through an app of an Enterprise Cloud organization. */
  enterprise: {
    core: primaryLimits.userViaEnterpriseCloudApp.value,
    graphql: graphqlLimits.userViaEnterpriseCloudApp.value,
  },
  /** An app's installation: the least that it has. It grows with repositories and users, see `appInstallationScaling`. */
  installation: { core: primaryLimits.appInstallationMinimum.value, graphql: graphqlLimits.appInstallation.value },
  /** An installation on an Enterprise Cloud organization. */
  "installation-enterprise": {
    core: primaryLimits.appInstallationEnterpriseCloud.value,
    graphql: graphqlLimits.appInstallationEnterpriseCloud.value,
  },
  /** An OAuth app by its id and secret. */
  "oauth-app": {
    core: primaryLimits.oauthAppClientCredentials.value,
    graphql: graphqlLimits.oauthAppClientCredentials.value,
  },
  /** The same for an OAuth app of an Enterprise Cloud organization. */
  "oauth-app-enterprise": {
    core: primaryLimits.oauthAppClientCredentialsEnterpriseCloud.value,
    graphql: graphqlLimits.oauthAppClientCredentials.enterpriseCloud,
  },
  /** The `GITHUB_TOKEN` of a workflow, per repository. */
  actions: { core: primaryLimits.actionsGithubToken.value, graphql: graphqlLimits.actionsGithubToken.value },
  /** The same for what belongs to an Enterprise Cloud account. */
  "actions-enterprise": {
    core: primaryLimits.actionsGithubTokenEnterpriseCloud.value,
    graphql: graphqlLimits.actionsGithubToken.enterpriseCloud,
  },
  /** No token, per IP address. */
  unauthenticated: { core: primaryLimits.unauthenticated.value, graphql: undefined },
} as const satisfies Readonly<Record<string, Tier>>;

/** A published tier, or `none` for a server without limits. */
export type TierName = keyof typeof githubTiers | "none";

export const tierNames = [...Object.keys(githubTiers), "none"] as readonly TierName[];

/** What is known of a client's credential. */
export interface Credential {
  /** A token, where it is one. */
  readonly token: string | undefined;
  /** Whether an authentication strategy was given. */
  readonly strategy: boolean;
  /** Whether the strategy is that of one installation. */
  readonly installation: boolean;
  /** Whether this is a workflow's own token. */
  readonly inActions: boolean;
}

/** The least tier that a credential can have, by what it looks like. */
export function tierOf({ token, strategy, installation, inActions }: Credential): Exclude<TierName, "none"> {
  if (installation) return "installation";
  if (strategy) return "user";
  if (token === undefined) return "unauthenticated";
  // Prefixes: https://github.blog/engineering/platform-security/behind-githubs-new-authentication-token-formats/
  if (!/^(?:(?:token|bearer) )?ghs_/i.test(token)) return inActions ? "actions" : "user";
  return inActions ? "actions" : "installation";
}
