import type { Environment } from "@sluice/kit";

/** Where a client's calls go, as far as it is known before one is made: the SDK itself tells it only then. */
export interface AwsPlace {
  readonly region: string | undefined;
  /** As in `AwsRequest`. */
  readonly server: string;
}

/** What configuration and environment say. */
export function placeBefore(
  options: { readonly region?: unknown; readonly endpoint?: unknown },
  env: Environment,
): AwsPlace {
  const given = typeof options.region === "string" ? options.region : undefined;
  return {
    region: given ?? (env["AWS_REGION"] || env["AWS_DEFAULT_REGION"] || undefined),
    server: serverOf(options.endpoint),
  };
}

/** As `placeOf` names servers that are not those of AWS. */
function serverOf(endpoint: unknown): string {
  if (typeof endpoint !== "string" || !URL.canParse(endpoint)) return "";
  const { hostname, port } = new URL(endpoint);
  if (hostname.endsWith(".amazonaws.com")) return "";
  return `@${hostname}${port === "" ? "" : `:${port}`}`;
}
