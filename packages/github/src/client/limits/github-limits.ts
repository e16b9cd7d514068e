import type { Octokit } from "@octokit/rest";
import type { Call } from "@sluice/core";
import {
  type ChargeNotes,
  type Environment,
  setBy,
  type SetBy,
  sourceOf,
  tierSetBy,
  type VendorLimits,
} from "@sluice/kit";
import type { Charge } from "@sluice/limiter";
import { type GitHubRequest, requestOf } from "../../operations/request.js";
import type { ResourceName } from "../../operations/resource.js";
import type { Figure } from "../../quota/figure.js";
import { asOf, githubSources, resourceLimits, secondaryLimits } from "../../quota/generated/limits.js";
import type { GitHubQuotaConfig, GitHubQuotaOptions } from "../../quota/options.js";
import type { TierName } from "../../quota/tiers.js";
import { githubRequests } from "./github-requests.js";
import { primaryFigure } from "./primary-figure.js";

/** What GitHub's limits are explained by. */
export interface GitHubLimitsOptions {
  readonly quota: GitHubQuotaOptions;
  /** The same, complete; undefined when the user brought a quota. */
  readonly config: GitHubQuotaConfig | undefined;
  /** What the credential looks like. */
  readonly tier: TierName;
  readonly env: Environment;
}

/** GitHub's limits as users ask about them. */
export function githubLimits(account: string, client: Octokit, options: GitHubLimitsOptions): VendorLimits {
  return {
    ...githubRequests(account, client),
    describe: (charge, call) => describe(charge, call, options),
  };
}

/** Secondary limits by the names of their buckets. */
const secondary: Readonly<Record<string, keyof typeof secondaryLimits>> = {
  "points:rest": "restPoints",
  "points:graphql": "graphqlPoints",
  content: "contentCreationPerMinute",
  "content:hour": "contentCreationPerHour",
  "in-flight": "concurrentRequests",
};

function describe({ bucket, limit }: Charge, call: Call, options: GitHubLimitsOptions): ChargeNotes {
  const request = requestOf(call);
  const name = bucket.slice(request.asApp ? 4 : 0, bucket.length - request.server.suffix.length);
  const { tier, by } = tierOf(request, options);
  const key = secondary[name];
  if (key !== undefined) {
    const concurrent =
      key === "concurrentRequests" ? optionSet("quota.concurrent", options.quota.concurrent) : undefined;
    const off = limit.kind === "tokenBucket";
    if (off)
      return { scope: secondaryLimits[key].scope, setBy: optionSet("quota.secondary", options.quota.secondary) ?? by };
    return { ...figureNotes(secondaryLimits[key]), setBy: concurrent };
  }
  const figure = primaryFigure(name as ResourceName, tier);
  const own = ownFigure(name as ResourceName, options);
  if (own !== undefined) return { scope: figure?.scope, setBy: own };
  const notes = figure === undefined ? {} : figureNotes(figure);
  const credential = by === undefined ? `The credential counts as tier ${tier}` : undefined;
  const note = [notes.note, credential].filter((part) => part !== undefined).join(". ");
  return { ...notes, setBy: by, note: note === "" ? undefined : note };
}

function figureNotes({ value, unit, scope, source, note }: Figure): ChargeNotes {
  return {
    scope,
    published: value === null ? undefined : `${value} ${unit}`,
    source: sourceOf(githubSources, source, asOf),
    note: note?.replace(/\.$/, ""),
  };
}

/** The tier that holds where a request goes, and who said so. */
function tierOf(
  { server }: GitHubRequest,
  { quota, config, tier, env }: GitHubLimitsOptions,
): { readonly tier: TierName; readonly by: SetBy | undefined } {
  const by = tierSetBy("quota.tier", quota.tier, ["GITHUB_RATE_LIMIT_TIER"], env);
  return { tier: config?.tier ?? (server.published ? tier : "none"), by };
}

/** What takes the place of a published figure. */
function ownFigure(name: ResourceName, { quota, env }: GitHubLimitsOptions): SetBy | undefined {
  const own = optionSet(`quota.resources["${name}"]`, quota.resources?.[name]);
  if (own !== undefined || name !== "core" || !Object.hasOwn(resourceLimits, name)) return own;
  return (
    setBy("quota.tokens", quota.tokens, ["GITHUB_RATE_LIMIT_TOKENS"], env) ??
    setBy("quota.refillRate", quota.refillRate, ["GITHUB_RATE_LIMIT_REFILL_RATE"], env)
  );
}

function optionSet(name: string, value: unknown): SetBy | undefined {
  return setBy(name, value, [], {});
}
