import type { OperationName } from "../operations/operation.js";
import { globalServices } from "../quota/services.js";
import type { SdkConfig } from "./sdk.js";

/** Whose quota a call uses. */
export interface Place {
  /** The account with its region, or the account alone for services that are one for all regions. */
  readonly account: string;
  readonly region: string | undefined;
  /** Another server counts for itself, so its buckets are others. Empty for AWS. */
  readonly server: string;
}

/** Region and endpoint as the SDK found them. Where it cannot say, the request will fail by the SDK's own error. */
export async function placeOf(config: SdkConfig, account: string, name: OperationName | undefined): Promise<Place> {
  const [region, server] = await Promise.all([quietly(config.region), serverOf(config)]);
  const regional = region !== undefined && !(name !== undefined && globalServices.has(name.service));
  return { account: regional ? `${account}/${region}` : account, region, server };
}

async function serverOf(config: SdkConfig): Promise<string> {
  if (config.isCustomEndpoint !== true) return "";
  const endpoint = await quietly(config.endpoint);
  if (endpoint === undefined || endpoint.hostname.endsWith(".amazonaws.com")) return "";
  return `@${endpoint.hostname}${endpoint.port === undefined ? "" : `:${endpoint.port}`}`;
}

async function quietly<Value>(provider: (() => Promise<Value>) | undefined): Promise<Value | undefined> {
  try {
    return await provider?.();
  } catch {
    return undefined;
  }
}
