import type { resourceLimits } from "../quota/generated/limits.js";

/** What `x-ratelimit-resource` may say. */
export type ResourceName = keyof typeof resourceLimits;

/** Routes outside `core`, by verb and path; the first that fits. */
const rules: readonly (readonly [RegExp, ResourceName | undefined])[] = [
  // Free, says rest-limits.
  [/^GET \/rate_limit$/, undefined],
  [/^POST \/graphql$/, "graphql"],
  [/^GET \/search\/code$/, "code_search"],
  [/^GET \/search\//, "search"],
  [/^POST \/app-manifests\/[^/]+\/conversions$/, "integration_manifest"],
  [/^POST .+\/dependency-graph\/snapshots$/, "dependency_snapshots"],
  [/^GET .+\/dependency-graph\/sbom$/, "dependency_sbom"],
  [/^POST .+\/code-scanning\/sarifs$/, "code_scanning_upload"],
  [/^POST .+\/code-scanning\/alerts\/[^/]+\/autofix$/, "code_scanning_autofix"],
  [/^POST .+\/actions\/runners\/(?:registration-token|generate-jitconfig)$/, "actions_runner_registration"],
  [/^[A-Z]+ \/scim\//, "scim"],
  [/^GET \/(?:orgs|enterprises)\/[^/]+\/audit-log$/, "audit_log"],
];

/** The resource whose primary limit a request takes from; undefined for what is free. */
export function resourceOf(verb: string, path: string): ResourceName | undefined {
  const name = `${verb === "HEAD" ? "GET" : verb} ${path}`;
  const found = rules.find(([route]) => route.test(name));
  return found === undefined ? "core" : found[1];
}
