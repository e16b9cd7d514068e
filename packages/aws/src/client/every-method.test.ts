import * as dynamodb from "@aws-sdk/client-dynamodb";
import * as ec2 from "@aws-sdk/client-ec2";
import * as kms from "@aws-sdk/client-kms";
import * as route53 from "@aws-sdk/client-route-53";
import * as s3 from "@aws-sdk/client-s3";
import { describe, expect, it } from "vitest";
import { createAwsApi, measureAws } from "../index.js";
import { knownOperations } from "../operations/operation.js";
import { newAccount, newRegistry, recorder, sdkConfigFor } from "../test-support/clients.test-support.js";
import { startServer } from "../test-support/server.test-support.js";

/** One client class of the SDK, with arguments that every command of it can be sent with. */
interface Service {
  readonly service: string;
  readonly module: object;
  readonly Client: new (config: object) => Sender;
  readonly input: object;
  readonly commands: number;
}

interface Sender {
  readonly config: object;
  readonly middlewareStack: object;
  destroy(): void;
  send(command: object): Promise<unknown>;
}

const services: readonly Service[] = [
  {
    service: "S3",
    module: s3,
    Client: s3.S3Client as never,
    input: {
      Bucket: "bucket",
      Key: "key",
      UploadId: "u",
      PartNumber: 1,
      Id: "id",
      CopySource: "other/key",
      RenameSource: "key",
      RequestRoute: "route",
      RequestToken: "token",
      AnnotationName: "name",
    },
    commands: 112,
  },
  {
    service: "DynamoDB",
    module: dynamodb,
    Client: dynamodb.DynamoDBClient as never,
    input: { TableName: "t" },
    commands: 62,
  },
  { service: "KMS", module: kms, Client: kms.KMSClient as never, input: { KeyId: "k" }, commands: 56 },
  {
    service: "Route53",
    module: route53,
    Client: route53.Route53Client as never,
    input: {
      Id: "i",
      HostedZoneId: "z",
      HealthCheckId: "h",
      DelegationSetId: "d",
      CollectionId: "c",
      Name: "n",
      Type: "MAX_ZONES_BY_OWNER",
      Version: 1,
      ResourceType: "hostedzone",
      ResourceId: "r",
      ResourceIds: ["r"],
    },
    commands: 74,
  },
  { service: "EC2", module: ec2, Client: ec2.EC2Client as never, input: {}, commands: 823 },
];

describe.each(services)("$service", ({ service, module, Client, input, commands }) => {
  const names = Object.keys(module).filter((name) => /^[A-Z]\w*Command$/.test(name));
  const operations = names.map((name) => `${service}.${name.slice(0, -7)}`);
  const make = (name: string): object => new (module as Record<string, new (input: object) => object>)[name]!(input);

  it(`has the SDK's ${commands} commands, and metrics know all of them by name`, () => {
    expect(names).toHaveLength(commands);
    expect(operations.filter((name) => !knownOperations.includes(name))).toEqual([]);
  });

  // EC2 has so many that once is enough.
  it.each(commands > 500 ? ["createAwsApi"] : ["createAwsApi", "measureAws"])(
    "%s: each passes both stages once under its own name",
    { timeout: 60_000 },
    async (kind) => {
      const server = await startServer(({ header, method }) =>
        header("content-type") === "application/x-amz-json-1.0" || header("x-amz-target") !== undefined
          ? { body: {} }
          : method === "HEAD"
            ? {}
            : { body: "<Result/>" },
      );
      const seen = recorder();
      const config = { ...sdkConfigFor(server.origin), forcePathStyle: true, disableS3ExpressSessionAuth: true };
      const ours = { hooks: seen.hooks, registry: newRegistry() };
      const client =
        kind === "createAwsApi"
          ? createAwsApi(Client as never, newAccount(), {
              ...config,
              ...ours,
              env: {},
              mode: "disabled",
              retry: false,
            } as never)
          : measureAws(new Client({ ...config, maxAttempts: 1 }), { account: newAccount(), ...ours });
      // Answers that mean nothing to a command fail after they have come.
      for (const name of names) await (client as Sender).send(make(name)).catch(() => {});
      expect(seen.calls.map(({ operation }) => operation)).toEqual(operations);
      expect(seen.attempts.map(({ operation }) => operation)).toEqual(operations);
      expect(server.received).toHaveLength(commands);
      expect(new Set(seen.calls.map(({ provider }) => provider))).toEqual(new Set(["aws"]));
      expect(new Set(seen.attempts.map(({ attempt }) => attempt))).toEqual(new Set([1]));
      client.destroy();
    },
  );
});
