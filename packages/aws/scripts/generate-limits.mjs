// Turns data/aws.json, the published limits with their sources, into a typed module, so that nothing reads the disk at run time;
// and lists the operations that metrics may name: those with a limit, and all of the clients that the tests use.
//
//   node packages/aws/scripts/generate-limits.mjs           writes src/quota/generated/limits.ts and src/operations/generated/operations.ts
//   node packages/aws/scripts/generate-limits.mjs --check   fails when those files are not what would be written

import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);
const data = JSON.parse(readFileSync(new URL("../data/aws.json", import.meta.url), "utf8"));
const { services } = data;

const windows = {
  "requests/second": 1000,
  "messages/second": 1000,
  "read request units/second": 1000,
  "requests/minute": 60_000,
  "requests/hour": 3_600_000,
};
const isAction = (name) => /^[A-Z]\w+$/.test(name);
const each = (regions) => regions.split(" ");

/** One published entry, as a bucket that some actions take from. */
function limitOf(bucket, actions, entry) {
  const size = (from) =>
    from.capacity === undefined
      ? { limit: from.value, windowMs: windows[entry.unit] }
      : { capacity: from.capacity, refillPerSecond: from.refillPerSecond };
  const byRegion = Object.fromEntries([
    ...Object.entries(entry.byRegion ?? {}).flatMap(([regions, value]) =>
      each(regions).map((region) => [region, size({ value })]),
    ),
    ...(entry.largeRegions?.regions ?? []).map((region) => [region, size(entry.largeRegions)]),
  ]);
  const published = entry.burst === undefined ? size(entry) : { capacity: entry.burst, refillPerSecond: entry.value };
  return {
    bucket,
    actions,
    ...published,
    ...(Object.keys(byRegion).length === 0 ? {} : { byRegion }),
    scope: entry.scope,
    source: entry.source,
    ...(entry.note === undefined ? {} : { note: entry.note }),
  };
}

/** Entries of which each names its action, or its actions, in its key or in a list. */
const flat = (entries) =>
  Object.entries(entries)
    .filter(([, entry]) => windows[entry.unit] !== undefined || entry.unit === "requests")
    .flatMap(([key, entry]) => {
      const listed = (entry.actions ?? key.split(", ")).filter(isAction);
      if (listed.length === 0) return [];
      return [limitOf(entry.actions === undefined ? listed.join("+") : key, listed, entry)];
    });

const named = (entries) =>
  Object.entries(entries).map(([bucket, entry]) => limitOf(bucket, (entry.actions ?? []).filter(isAction), entry));

const { ec2, route53, kms, sns, lambda, dynamodb, cognito, stepFunctions } = services;
const together = (entry, actions) => limitOf(entry, actions, dynamodb[entry]);

/** By the names of the SDK's clients, less their `Client`. */
const limits = {
  ECS: named(services.ecs.categories),
  STS: [limitOf("shared", services.sts.shared.actions, services.sts.shared)],
  Organizations: flat(services.organizations.actions),
  Route53: [...flat(route53.actions), limitOf("account", ["*"], route53.account)],
  Route53Resolver: [limitOf("account", ["*"], route53.resolver)],
  KMS: flat(kms.actions),
  CloudWatch: flat(services.cloudwatch),
  CloudWatchLogs: flat(services.cloudwatchLogs),
  SFN: [
    ...flat(stepFunctions),
    limitOf("StartExecution", ["StartExecution"], stepFunctions["StartExecution(standard)"]),
    limitOf("StartSyncExecution", ["StartSyncExecution"], stepFunctions["StartExecution(express)"]),
  ],
  SNS: flat(sns),
  SecretsManager: flat(services.secretsManager),
  ECR: flat(services.ecr),
  CognitoIdentityProvider: named(cognito.categories).filter(({ actions }) => actions.length > 0),
  Lambda: flat({ GetFunction: lambda.GetFunction, GetPolicy: lambda.GetPolicy }),
  DynamoDB: [
    together("controlPlaneWrites", [
      "CreateTable",
      "UpdateTable",
      "DeleteTable",
      "PutResourcePolicy",
      "DeleteResourcePolicy",
    ]),
    together("controlPlaneReads", ["DescribeTable", "ListTables", "GetResourcePolicy"]),
    ...flat(
      Object.fromEntries(
        Object.entries(dynamodb).filter(([key]) => !["DescribeStream", "UpdateTimeToLive"].includes(key)),
      ),
    ),
  ],
  DynamoDBStreams: [limitOf("DescribeStream", ["DescribeStream"], dynamodb.DescribeStream)],
  SSM: flat(services.ssm),
};

/** Rules that need the arguments of a call; the code that applies them names them. */
const special = {
  s3Read: limitOf("read", [], services.s3.read),
  s3Write: limitOf("write", [], services.s3.write),
  ec2NonMutating: limitOf("nonMutating", [], ec2.categories.nonMutating),
  ec2Unfiltered: limitOf(
    "unfilteredUnpaginated",
    ec2.categories.unfilteredUnpaginated.actions,
    ec2.categories.unfilteredUnpaginated,
  ),
  ec2Mutating: limitOf("mutating", [], ec2.categories.mutating),
  route53Action: limitOf("defaultAction", [], route53.defaultAction),
  route53Changes: limitOf("changes", [], route53.changeThroughput),
  kmsSymmetric: limitOf("symmetric", kms.shared.symmetric.actions, kms.shared.symmetric),
  kmsRsa: limitOf("rsa", kms.shared.rsa.actions, kms.shared.rsa),
  kmsMlDsa: limitOf("mlDsa", kms.shared.mlDsa.actions, kms.shared.mlDsa),
  kmsEccSm2: limitOf("eccSm2", ["DeriveSharedSecret", "Sign", "Verify"], kms.shared.eccSm2),
  snsPublish: limitOf("publish", ["Publish", "PublishBatch"], sns["Publish and PublishBatch, standard topics"]),
  snsPublishFifo: limitOf("publishFifo", ["Publish", "PublishBatch"], sns["Publish and PublishBatch, FIFO topics"]),
  sqsFifo: limitOf(
    "fifo",
    ["SendMessage", "ReceiveMessage", "DeleteMessage", "SendMessageBatch", "DeleteMessageBatch"],
    services.sqs.fifo,
  ),
  lambdaControl: limitOf("controlPlane", [], lambda.controlPlaneOther),
  dynamodbTimeToLive: limitOf("UpdateTimeToLive", ["UpdateTimeToLive"], dynamodb.UpdateTimeToLive),
  dynamodbTableRead: { ...limitOf("read", [], { ...dynamodb.tableThroughputRead, unit: "requests/second" }) },
  dynamodbTableWrite: { ...limitOf("write", [], { ...dynamodb.tableThroughputWrite, unit: "requests/second" }) },
};

const tokenBuckets = (entries) =>
  Object.entries(entries).map(([action, entry]) => [action, limitOf(action, [action], entry)]);
const record = (entries) =>
  entries.map(([key, value]) => `  ${JSON.stringify(key)}: ${JSON.stringify(value)},`).join("\n");
const keyPairs = Object.entries(kms.actions).filter(([key]) => key.startsWith("GenerateDataKeyPair "));

const limitsModule = `// Generated by packages/aws/scripts/generate-limits.mjs from data/aws.json; do not edit.
import type { PublishedLimit } from "../published-limit.js";

/** When the figures were read. */
export const asOf = ${JSON.stringify(data.asOf)};

/** Where the figures come from. */
export const awsSources: Readonly<Record<string, unknown>> = ${JSON.stringify(data.sources)};

/** What is not published, or was not found. */
export const unpublished: readonly string[] = ${JSON.stringify(data.unknown)};

/** Error codes that refuse a request for its rate. */
export const throttlingCodes: readonly string[] = ${JSON.stringify(data.throttling.errorCodes.values)};

/** Error codes of failures that may pass. */
export const transientCodes: readonly string[] = ${JSON.stringify(data.throttling.transientErrorCodes.values)};

/** Statuses of failures that may pass. */
export const transientStatuses: readonly number[] = ${JSON.stringify(data.throttling.transientStatus.values)};

/** The header by which a service says when to come back. Unit of its value: milliseconds. */
export const retryAfterHeader = ${JSON.stringify(data.throttling.serverDelayHeader.name)};

/** The SDK's first delay after a refusal. Unit: milliseconds. */
export const throttlingBaseDelayMs = ${data.sdkRetryDefaults.throttlingBaseDelay.value};

/** Limits by service: buckets, and the actions that take one from each. \`*\` is every action of the service. */
export const awsLimits: Readonly<Record<string, readonly PublishedLimit[]>> = {
${Object.entries(limits)
  .map(([service, list]) => `  ${service}: [\n${list.map((limit) => `    ${JSON.stringify(limit)},`).join("\n")}\n  ],`)
  .join("\n")}
};

/** The limit of single EC2 actions; the others have that of their category. */
export const ec2Actions: Readonly<Record<string, PublishedLimit>> = {
${record(tokenBuckets(ec2.actions))}
};

/** EC2's larger price of starting and stopping many instances at once, in instances. */
export const ec2Resources: Readonly<Record<string, PublishedLimit>> = {
${record(tokenBuckets(ec2.resourceBuckets))}
};

/** EC2's resource-intensive actions. */
export const ec2ResourceIntensive: PublishedLimit = ${JSON.stringify(limitOf("resourceIntensive", ec2.categories.resourceIntensive.actions, ec2.categories.resourceIntensive))};

/** KMS key pairs, by their key spec. */
export const kmsKeyPairs: Readonly<Record<string, PublishedLimit>> = {
${record(keyPairs.map(([key, entry]) => [key.split(" ")[1], limitOf(key, ["GenerateDataKeyPair", "GenerateDataKeyPairWithoutPlaintext"], entry)]))}
};

/** Tokens of Route 53's change bucket, by what is done. */
export const route53ChangeCosts: Readonly<Record<string, number>> = ${JSON.stringify(route53.changeThroughput.costs)};

/** Limits that depend on the arguments of a call. */
export const specialLimits = {
${record(Object.entries(special))}
} as const satisfies Readonly<Record<string, PublishedLimit>>;
`;

const installed = ["s3", "dynamodb", "ec2", "kms", "route-53"].map((name) => require(`@aws-sdk/client-${name}`));
const operations = new Map();
const addOperation = (service, action) => operations.set(service, (operations.get(service) ?? new Set()).add(action));
for (const module of installed) {
  const service = Object.keys(module)
    .find((name) => /^[A-Z]\w*Client$/.test(name) && name !== "__Client")
    .slice(0, -6);
  for (const name of Object.keys(module)) if (/^[A-Z]\w*Command$/.test(name)) addOperation(service, name.slice(0, -7));
}
for (const [service, list] of Object.entries(limits))
  for (const { actions } of list) for (const action of actions) if (action !== "*") addOperation(service, action);
for (const action of ["SendMessage", "SendMessageBatch", "ReceiveMessage", "DeleteMessage", "DeleteMessageBatch"])
  addOperation("SQS", action);
for (const action of ["Publish", "PublishBatch"]) addOperation("SNS", action);
addOperation("Lambda", "Invoke");

const operationsModule = `// Generated by packages/aws/scripts/generate-limits.mjs from data/aws.json and the SDK's clients; do not edit.

/** Operations that metrics may name, by service. */
export const awsOperations: Readonly<Record<string, readonly string[]>> = {
${[...operations].map(([service, actions]) => `  ${service}: ${JSON.stringify([...actions].toSorted())},`).join("\n")}
};
`;

const targets = [
  ["src/quota/generated/limits.ts", limitsModule],
  ["src/operations/generated/operations.ts", operationsModule],
];
for (const [path, text] of targets) {
  const target = new URL(`../${path}`, import.meta.url);
  if (!process.argv.includes("--check")) writeFileSync(target, text);
  else if (readFileSync(target, "utf8") !== text) {
    console.error(`${path} is stale: run \`node packages/aws/scripts/generate-limits.mjs\` and commit the result`);
    process.exitCode = 1;
  }
}
