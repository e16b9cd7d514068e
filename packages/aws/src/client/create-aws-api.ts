import { anObject, ConfigError } from "@sluice/core";
import { operationsOf } from "../operations/operation.js";
import { type AwsApi, extend } from "./aws-api.js";
import { limitedParts } from "./limited-parts.js";
import { type AwsFactoryOptions, type AwsOptions, type AwsPlainOptions, sdkConfig } from "./options.js";
import { plainParts } from "./plain-parts.js";
import type { AwsClient, AwsClientClass } from "./sdk.js";

/**
 * A client of any class of the AWS SDK that keeps the account's limits together with every other process that shares its Redis.
 *
 * Returns at once; Redis is connected on first use. Credentials, region and endpoint are the SDK's own business. `maxAttempts` is
 * kept by Sluice, whose retry replaces the SDK's.
 *
 * @param ClientClass - a client class of the SDK: `DynamoDBClient`, or an aggregated one: `DynamoDB`.
 * @param account - whose quota it is; the region is added to it. Range: a text that is not empty.
 * @throws ConfigError naming the option or variable, the range and the value, before anything is sent or opened.
 */
export function createAwsApi<Class extends AwsClientClass>(
  ClientClass: Class,
  account: string,
  options?: AwsFactoryOptions<Class>,
): AwsApi<InstanceType<Class>> {
  if (typeof ClientClass !== "function")
    throw new ConfigError({ option: "ClientClass", accepted: "a client class of the AWS SDK", value: ClientClass });
  const given: AwsOptions = options === undefined ? {} : anObject("options", options);
  const parts = limitedParts(account, given, operationsOf(ClientClass));
  const Client = ClientClass as unknown as new (config: object) => InstanceType<Class>;
  return extend(new Client(sdkConfig(given)), parts);
}

/**
 * Puts the limits around a client that exists already, in place, and returns it. The SDK's own retries are switched off, whatever they
 * were set to; say `retry` for other numbers.
 *
 * @throws ConfigError as `createAwsApi`, and for a client that has been instrumented already.
 */
export function instrumentAws<Client extends AwsClient>(
  client: Client,
  options: AwsOptions & { readonly account: string },
): AwsApi<Client> {
  anObject("options", options, "{ account, ... }");
  return extend(client, limitedParts(options.account, options, operationsOf(classOf(client)), true));
}

/**
 * Adds metrics and hooks to a client that exists already, in place, and returns it: no limiter, no Redis, the SDK's own retries.
 *
 * @throws ConfigError for an empty account, and for a client that has been instrumented already.
 */
export function measureAws<Client extends AwsClient>(
  client: Client,
  options: AwsPlainOptions & { readonly account: string },
): AwsApi<Client> {
  return extend(client, plainParts(options?.account, options, []));
}

function classOf(client: AwsClient): { readonly name: string; readonly prototype: object } {
  return client.constructor as unknown as { readonly name: string; readonly prototype: object };
}
