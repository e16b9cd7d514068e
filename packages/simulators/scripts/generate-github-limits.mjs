// Turns data/github.json into src/github/generated/published-limits.ts.
// Run: node packages/simulators/scripts/generate-github-limits.mjs [--check]
import { readFileSync } from "node:fs";
import { emit, renderFigures, renderHead } from "./published-figures.mjs";

const script = "generate-github-limits.mjs";
const data = JSON.parse(readFileSync(new URL("../data/github.json", import.meta.url), "utf8"));
const output = new URL("../src/github/generated/published-limits.ts", import.meta.url);

const generated = [
  ...renderHead("github.json", script, data),
  ...renderFigures("githubPrimaryLimits", "GitHub's primary REST limits by kind of credential.", {
    ...data.primary,
    appInstallationScaling: undefined,
  }),
  ...renderFigures("githubGraphqlLimits", "GitHub's primary GraphQL limits by kind of credential.", {
    ...data.graphqlPrimary,
    minimumQueryCost: undefined,
    nodeLimit: undefined,
    timeout: undefined,
  }),
  ...renderFigures(
    "githubResourceLimits",
    "GitHub's primary limits by resource, as `/rate_limit` names them.",
    data.resources,
  ),
  ...renderFigures("githubSecondaryLimits", "GitHub's secondary limits.", data.secondary),
  "/** How the quota of an app installation grows: by so many requests an hour for each repository and user above the free ones. */",
  "export const githubInstallationScaling = {",
  `  perExtra: ${data.primary.appInstallationScaling.value},`,
  `  free: ${Number(/above (\d+)/.exec(data.primary.appInstallationScaling.scope)[1])},`,
  `  most: ${data.primary.appInstallationScaling.max},`,
  "} as const;",
  "",
  "/** Requests to the search resource without a token. Unit: requests per minute. */",
  `export const githubUnauthenticatedSearch = ${data.resources.search.unauthenticated};`,
  "",
  "/** What requests cost of the secondary limits. Unit: points. */",
  "export const githubPointCosts = {",
  ...Object.entries(data.pointCosts).map(([key, { value }]) => `  ${key}: ${value},`),
  "} as const;",
  "",
  "/** Routes that create content, which two more secondary limits count. */",
  "export const githubContentCreation: readonly string[] = [",
  ...data.contentCreationEndpoints.paths.map((path) => `  ${JSON.stringify(path)},`),
  "];",
  "",
].join("\n");
emit(output, script, generated);
