import { DynamoDB, DynamoDBClient, type DynamoDBClientConfig } from "@aws-sdk/client-dynamodb";
import {
  GetObjectCommand,
  type GetObjectCommandOutput,
  ListBucketsCommand,
  type S3Client,
  type S3ClientConfig,
} from "@aws-sdk/client-s3";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import type { Caller, HookChain } from "@sluice/core";
import type { ApiLimits, Mode } from "@sluice/kit";
import { expectTypeOf } from "vitest";
import {
  type AwsApi,
  type AwsApiMembers,
  type AwsFactoryOptions,
  createAwsApi,
  createS3Api,
  instrumentAws,
  measureAws,
  S3Api,
  type S3ApiOptions,
  type S3FactoryOptions,
} from "../index.js";

// A client of a factory is the SDK's own, and ours beside it.
const dynamodb = createAwsApi(DynamoDBClient, "prod", { region: "eu-west-1" });
expectTypeOf(dynamodb).toEqualTypeOf<DynamoDBClient & AwsApiMembers<DynamoDBClient>>();
expectTypeOf(dynamodb).toEqualTypeOf<AwsApi<DynamoDBClient>>();
const asBefore: DynamoDBClient = dynamodb;
expectTypeOf(asBefore.send).toEqualTypeOf(dynamodb.send);
expectTypeOf<Pick<typeof dynamodb, keyof DynamoDBClient>>().toEqualTypeOf<Pick<DynamoDBClient, keyof DynamoDBClient>>();
expectTypeOf(createAwsApi(DynamoDB, "prod").getItem).toEqualTypeOf<DynamoDB["getItem"]>();
expectTypeOf(instrumentAws(new DynamoDBClient({}), { account: "prod" })).toEqualTypeOf<AwsApi<DynamoDBClient>>();
expectTypeOf(measureAws(new DynamoDBClient({}), { account: "prod" })).toEqualTypeOf<AwsApi<DynamoDBClient>>();
expectTypeOf<AwsFactoryOptions<typeof DynamoDBClient>>().toExtend<DynamoDBClientConfig>();

// S3's class is the SDK's, in every member.
const s3 = createS3Api("prod");
expectTypeOf(s3).toEqualTypeOf<S3Api>();
expectTypeOf(s3).toExtend<S3Client>();
expectTypeOf<Pick<S3Api, keyof S3Client>>().toEqualTypeOf<Pick<S3Client, keyof S3Client>>();
expectTypeOf<Extract<Exclude<keyof S3Api, keyof S3Client>, string>>().toEqualTypeOf<
  "account" | "hooks" | "mode" | "as" | "limits" | "close"
>();
expectTypeOf(s3.send(new GetObjectCommand({ Bucket: "b", Key: "k" }))).resolves.toEqualTypeOf<GetObjectCommandOutput>();
expectTypeOf<Pick<S3FactoryOptions, keyof S3ClientConfig>>().toEqualTypeOf<
  Pick<S3ClientConfig, keyof S3ClientConfig>
>();
expectTypeOf<Pick<S3ApiOptions, keyof S3ClientConfig>>().toEqualTypeOf<Pick<S3ClientConfig, keyof S3ClientConfig>>();
void getSignedUrl(s3, new GetObjectCommand({ Bucket: "b", Key: "k" }));
void s3.send(new ListBucketsCommand({}), { abortSignal: AbortSignal.timeout(1) });

// What is ours.
expectTypeOf(dynamodb.hooks).toEqualTypeOf<HookChain>();
expectTypeOf(dynamodb.mode).toEqualTypeOf<Mode>();
expectTypeOf(dynamodb.limits).toEqualTypeOf<() => ApiLimits>();
expectTypeOf(s3.limits).toEqualTypeOf<() => ApiLimits>();
expectTypeOf(dynamodb.as).toEqualTypeOf<(caller: Caller) => AwsApi<DynamoDBClient>>();
expectTypeOf(s3.as).toEqualTypeOf<(caller: Caller) => S3Api>();

void new S3Api("prod");
void new S3Api("prod", { region: "eu-west-1", hooks: [] });

// @ts-expect-error an account is needed
createS3Api();
// @ts-expect-error the account comes first
void new S3Api({ region: "eu-west-1" });
// @ts-expect-error the plain constructor limits nothing
void new S3Api("prod", { redis: "redis://cache" });
// @ts-expect-error nor does measureAws
measureAws(new DynamoDBClient({}), { account: "prod", quota: {} });
// @ts-expect-error no client class
createAwsApi(Date, "prod");
// @ts-expect-error options have names that are known
createS3Api("prod", { timeOutMs: 1 });
// @ts-expect-error those of another client are not
createAwsApi(DynamoDBClient, "prod", { forcePathStyle: true });
// @ts-expect-error no such mode
createS3Api("prod", { mode: "off" });
// @ts-expect-error the account is not changed later
s3.account = "other";
