// Clients and their factories
export type { AwsApi, AwsApiMembers } from "./client/aws-api.js";
export { createAwsApi, instrumentAws, measureAws } from "./client/create-aws-api.js";
export type { AwsFactoryOptions, AwsOptions, AwsPlainOptions } from "./client/options.js";
export { createS3Api, S3Api, type S3ApiOptions, type S3FactoryOptions } from "./client/s3-api.js";
export type { AwsClient, AwsClientClass, AwsConfigOf } from "./client/sdk.js";

// The quota, and the published figures it is made of
export {
  asOf,
  awsLimits,
  awsSources,
  ec2Actions,
  ec2ResourceIntensive,
  ec2Resources,
  kmsKeyPairs,
  route53ChangeCosts,
  specialLimits,
  throttlingBaseDelayMs,
  throttlingCodes,
  unpublished,
} from "./quota/generated/limits.js";
export type { AwsQuotaOptions } from "./quota/options.js";
export type { PublishedLimit, PublishedSize } from "./quota/published-limit.js";
